import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { isDataApiErrorType, type DataApiErrorType } from "./data-api-error.ts";
import type { Fault, Faults } from "./faults.ts";
import { parseJson, readBody } from "./protocol.ts";

const statement = {
  at: z.int().min(1).optional(),
  times: z.union([z.int().min(1), z.literal("always")]).optional(),
  sql: z.string().refine(isPattern, "It is not a regular expression.").optional(),
};
const call = { ...statement, operation: z.string().optional() };
const milliseconds = z.number().min(0);

const fault = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("conflict"), ...statement }),
  z.strictObject({ kind: z.literal("failure"), message: z.string(), ...statement }),
  z.strictObject({ kind: z.literal("queue"), milliseconds, ...statement }),
  z.strictObject({ kind: z.literal("slowness"), milliseconds, ...statement }),
  z.strictObject({ kind: z.literal("hang"), ...statement }),
  z.strictObject({ kind: z.literal("disconnect"), ...statement }),
  z.strictObject({
    kind: z.literal("refusal"),
    error: z.custom<DataApiErrorType>((name) => isDataApiErrorType(String(name))).optional(),
    ...call,
  }),
  z.strictObject({ kind: z.literal("lost-response"), when: z.enum(["before", "after"]), ...call }),
]);

/** Faults for processes: POST adds one or a list, GET tells what is pending and what has fired, DELETE forgets all. */
export async function answerFaultRequest(
  request: IncomingMessage,
  response: ServerResponse,
  faults: Faults,
): Promise<void> {
  if (request.method === "POST") {
    const asked = parseJson(await readBody(request));
    const read = z.array(fault).safeParse(Array.isArray(asked) ? asked : [asked]);
    if (!read.success) {
      sendJson(response, 400, { error: z.prettifyError(read.error) });
      return;
    }
    faults.add(...(read.data as Fault[]));
  } else if (request.method === "DELETE") {
    faults.clear();
  } else if (request.method !== "GET") {
    sendJson(response, 405, { error: "Use GET, POST or DELETE." });
    return;
  }
  sendJson(response, 200, { pending: faults.pending, fired: faults.fired });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  // A pattern set by a test in this process is told as its source.
  const text = JSON.stringify(body, (_key, value: unknown) =>
    value instanceof RegExp ? value.source : value,
  );
  response.end(`${text}\n`);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "i") instanceof RegExp;
  } catch {
    return false;
  }
}
