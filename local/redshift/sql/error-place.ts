import { RedshiftError } from "./redshift-error.ts";

/** Runs what reads a text that was made of another one, and tells the place of its error in that other one. */
export async function placedIn<Result>(
  offsetBefore: (offset: number) => number | undefined,
  read: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RedshiftError) || error.offset === undefined) throw error;
    throw withOffset(error, offsetBefore(error.offset));
  }
}

/** The error as the Data API tells it, whose driver adds the place: the `Position` counts letters from 1. */
export function withPosition(error: RedshiftError, statement: string): RedshiftError {
  const { offset } = error;
  if (offset === undefined) return error;
  const position = Array.from(statement.slice(0, offset)).length + 1;
  return withOffset(error, undefined, `\n  Position: ${position}`);
}

function withOffset(error: RedshiftError, offset: number | undefined, ending = ""): RedshiftError {
  const message = error.message.replace(/^ERROR: /, "") + ending;
  return new RedshiftError(message, error.code, { offset, cause: error.cause });
}
