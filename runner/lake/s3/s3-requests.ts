import pRetry, { AbortError } from "p-retry";
import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import { isAnswer, isNotFound, s3Failure } from "./s3-failure.ts";

/** How often an object's bytes are asked for again when they do not arrive as they should. */
const readRetries = 3;

/** Bytes that arrive cut short or changed are asked for again; what stays wrong is a failure of `address`. */
export function reading<Result>(address: string, read: () => Promise<Result>): Promise<Result> {
  return asked(address, () =>
    pRetry(
      async () => {
        try {
          return await read();
        } catch (error) {
          if (isNotFound(error)) throw new AbortError(missing(address));
          // The SDK has tried often enough what has no answer.
          throw isAnswer(error) ? new AbortError(asError(error)) : asError(error);
        }
      },
      { retries: readRetries, minTimeout: 100, randomize: true },
    ),
  );
}

/** What goes wrong is a failure of `address`. */
export async function asked<Result>(address: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw s3Failure(error, address);
  }
}

function missing(address: string): Failure {
  return corrupt(`${address} is not there.`, "A manifest lists it.");
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });
}

export function corrupt(message: string, cause: string): Failure {
  const hint =
    "Bring the file back from a backup or an older version of the bucket, or build again: runner build --full-refresh";
  return new Failure([{ code: "LAKE_CORRUPT", message, cause, hint }]);
}
