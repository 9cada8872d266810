import { Readable } from "node:stream";

/** An integer field of a result that JSON.parse would round. Inside a text every quotation mark is escaped. */
const wideField = /\{\s*"longValue"\s*:\s*(-?\d{16,})\s*\}/g;

/** Integers of 16 digits and more as texts, which JSON.parse leaves as they are. */
export function keepWideIntegers(json: string): string {
  return json.replaceAll(wideField, '{"stringValue":"$1"}');
}

interface Answer {
  readonly response: unknown;
}

/**
 * A middleware of the SDK, next to the wire: Node 20's JSON.parse tells no reviver the digits of a number, so the SDK
 * itself would round integers beyond 2^53 without a word.
 */
export function withWideIntegers<Args, Result extends Answer>(
  next: (args: Args) => Promise<Result>,
): (args: Args) => Promise<Result> {
  return async (args) => {
    const answer = await next(args);
    const { response } = answer;
    if (typeof response !== "object" || response === null || !("body" in response)) return answer;
    const { body } = response;
    if (!(body instanceof Readable)) return answer;
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
    const text = keepWideIntegers(Buffer.concat(chunks).toString("utf8"));
    response.body = Readable.from([Buffer.from(text)]);
    return answer;
  };
}
