import { isSQLError } from "@databases/pg";
import { types } from "node:util";
import { ZodError } from "zod";

/** What the log says of an error. */
export interface ErrorDescription {
  name: string;
  /** Node's, Postgres's (SQLSTATE) or the API's own. */
  code?: string;
  /** Only of errors whose texts hold none of a request's values. */
  message?: string;
  /** Names in the schema, of a statement that Postgres refused. */
  constraint?: string;
  table?: string;
  column?: string;
  /** Of an answer of AWS. */
  status?: number;
  /** Where it was thrown: functions, files and lines. */
  at: string[];
  cause?: ErrorDescription;
}

const MAXIMUM_FRAMES = 12;
const MAXIMUM_DEPTH = 4;

/**
 * An error without personal data: a database quotes rows and parameters in its messages, a parser the text that it could
 * not read. Of those only codes and names are kept, which say enough to find the fault.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!types.isNativeError(error)) return { name: typeof error, at: [] };
  const status = textIn(fieldOf(error, "$metadata"), "httpStatusCode");
  return {
    name: error.name,
    ...optional("code", textIn(error, "code")),
    ...(quotesValues(error) ? {} : { message: error.message }),
    ...optional("constraint", textIn(error, "constraint")),
    ...optional("table", textIn(error, "table")),
    ...optional("column", textIn(error, "column")),
    ...(status === undefined ? {} : { status: Number(status) }),
    at: framesOf(error),
    ...(error.cause === undefined || depth === MAXIMUM_DEPTH
      ? {}
      : { cause: describeError(error.cause, depth + 1) }),
  };
}

function quotesValues(error: Error): boolean {
  return (
    isSQLError(error) ||
    error instanceof ZodError ||
    error instanceof SyntaxError ||
    fieldOf(error, "$metadata") !== undefined ||
    fieldOf(error, "severity") !== undefined
  );
}

function framesOf(error: Error): string[] {
  const stack = error.stack ?? "";
  // A message of several lines could look like a frame.
  const start = stack.indexOf(error.message) + error.message.length;
  return stack
    .slice(start)
    .split("\n")
    .filter((line) => /^ +at /.test(line))
    .slice(0, MAXIMUM_FRAMES)
    .map((line) => line.trim());
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

function textIn(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === "string" || typeof field === "number" ? String(field) : undefined;
}

function optional<Name extends string>(name: Name, value: string | undefined) {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, string>>;
}
