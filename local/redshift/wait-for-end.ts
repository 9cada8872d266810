import { setTimeout as sleep } from "node:timers/promises";
import { DataApiError } from "./data-api-error.ts";
import type { Limits } from "./limits.ts";
import type { Statement } from "./statements.ts";

/** Long polling: returns when the statement has ended, or when the caller's time is over. */
export async function waitForEnd(
  statement: Statement,
  seconds: number | undefined,
  limits: Limits,
): Promise<void> {
  if (seconds === undefined || statement.hasEnded) return;
  if (statement.waiting >= limits.waitingRequests) {
    throw new DataApiError(
      "ActiveWaitingRequestsExceededException",
      "Too many requests are waiting for this statement.",
    );
  }
  const over = new AbortController();
  statement.waiting += 1;
  try {
    const time = sleep(seconds * 1000, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([statement.ended, time]);
  } finally {
    over.abort();
    statement.waiting -= 1;
  }
}
