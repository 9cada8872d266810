import { types } from "node:util";

const ABSENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
]);

/** Whether a connection failed because nobody answered, rather than because somebody refused us. */
export function isAbsent(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return ABSENT.has(code) || error.name === "TimeoutError" || /^timeout exp/.test(error.message);
}

/** What an error says of itself; the one of a name with several addresses speaks through its parts. */
export function wordsOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  const parts: unknown = "errors" in error ? error.errors : undefined;
  if (error.message === "" && Array.isArray(parts)) return parts.map(wordsOf).join("; ");
  return error.message || error.name;
}
