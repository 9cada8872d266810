import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { conflictMessage } from "./engine-errors.ts";
import type { FaultPlan } from "./faults.ts";
import { processIdOf } from "./process-id.ts";

interface Occasion {
  readonly faults: FaultPlan;
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

/** The time that is set for these statements, if any. */
export async function delay(
  kind: "queue" | "slowness",
  sqls: readonly string[],
  { faults, signal }: Occasion,
): Promise<void> {
  for (const { milliseconds } of faults.atStatement([kind], sqls)) {
    await sleep(milliseconds, undefined, { signal });
  }
}

/** Fails as it is set for this statement; without such a fault nothing happens. */
export async function failAsTold(
  sql: string,
  client: pg.Client,
  { faults, signal }: Occasion,
): Promise<void> {
  for (const fault of faults.atStatement(["conflict", "failure", "hang", "disconnect"], [sql])) {
    switch (fault.kind) {
      case "hang":
        if (!signal.aborted) await once(signal, "abort");
        throw signal.reason;
      case "disconnect":
        await client.end();
        throw new Error("ERROR: Connection to the database was lost.");
      case "conflict":
        await spoilTransaction(sql, client);
        throw new Error(conflictMessage(processIdOf(client)));
      case "failure":
        await spoilTransaction(sql, client);
        throw new Error(fault.message);
      default:
        fault satisfies never;
    }
  }
}

/** Leaves the connection as a failure of the statement would: its open transaction, if any, can only be rolled back. */
async function spoilTransaction(sql: string, client: pg.Client): Promise<void> {
  const endsTransaction = /^\s*(commit|end)\b/i.test(sql);
  await client
    .query(endsTransaction ? "rollback" : "do $$ begin raise exception 'told to fail'; end $$")
    .catch(() => undefined);
}
