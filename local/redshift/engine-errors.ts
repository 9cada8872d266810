/** Serialization failure, and deadlock. */
const CONFLICTS = ["40001", "40P01"];

/** The message of an isolation violation. The numbers stand for a table and transactions that Postgres does not tell. */
export function conflictMessage(processId: number | undefined): string {
  const transaction = 1_000_000 + (processId ?? 0);
  return [
    "ERROR: 1023",
    `  Detail: Serializable isolation violation on table - 100000, transactions forming the cycle are: ${transaction}, ${transaction + 1} (pid:${processId ?? 0})`,
  ].join("\n");
}

/** A failure as the Data API tells it in `Error`. */
export function engineMessage(error: unknown, processId: number | undefined): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/^Query #\d+ failed/.test(message)) return message;
  if (postgresCodes(error).some((code) => CONFLICTS.includes(code)))
    return conflictMessage(processId);
  return /^(ERROR|FATAL):/.test(message) ? message : `ERROR: ${message}`;
}

function postgresCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const code = "code" in error && typeof error.code === "string" ? [error.code] : [];
  return [...code, ...postgresCodes(error.cause)];
}
