import { types } from "node:util";

const ABSENT = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
]);

/** What pg says of a connection that ends while it waits for Postgres's first words. */
const ENDED_UNANSWERED = "Connection terminated unexpectedly";

/** Whether a connection failed because nobody answered, rather than because somebody refused us. */
export function isAbsent(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return ABSENT.has(code) || hasTimedOut(error) || error.message === ENDED_UNANSWERED;
}

/** Whether nobody has said anything for as long as we waited. */
export function hasTimedOut(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  return error.name === "TimeoutError" || error.message === "timeout expired";
}

/** What an error says of itself; the one of a name with several addresses speaks through its parts. */
export function wordsOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  const parts: unknown = "errors" in error ? error.errors : undefined;
  if (error.message === "" && Array.isArray(parts)) return parts.map(wordsOf).join("; ");
  return error.message || error.name;
}
