import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Connections } from "./connections.ts";
import { processIdOf } from "./process-id.ts";

const AGAIN_AFTER = 100;

/**
 * Once the signal is aborted, asks Postgres to cancel what this connection runs, again and again, since the statement
 * may be between two queries. The returned function ends that; after it nothing more is cancelled.
 */
export function cancelInPostgres(
  signal: AbortSignal,
  client: pg.Client,
  connections: Connections,
): () => Promise<void> {
  const over = new AbortController();
  let asking: Promise<void> | undefined;
  const ask = async () => {
    while (!over.signal.aborted) {
      // Where Postgres cannot be asked any more, the statement fails by itself.
      await connections.cancel(processIdOf(client) ?? 0).catch(() => undefined);
      await sleep(AGAIN_AFTER, undefined, { signal: over.signal }).catch(() => undefined);
    }
  };
  const start = () => {
    asking = ask();
  };
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  return async () => {
    over.abort();
    signal.removeEventListener("abort", start);
    await asking;
  };
}
