/**
 * What something that was caught says. Errors of Node's own modules are told by their form: `instanceof Error` fails
 * for them where the code runs in another realm (a worker, a test's sandbox).
 */
export function messageOf(error: unknown): string {
  if (typeof error === "object" && error !== null) {
    const message = "message" in error ? String(error.message) : "";
    if (message !== "") return message;
    // An AggregateError of failed connections has a code and no message.
    return codeOf(error) ?? Object.prototype.toString.call(error);
  }
  return String(error);
}

/** The `code` of a system or driver error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
