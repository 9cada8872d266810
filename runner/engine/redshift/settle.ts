import { setTimeout as pause } from "node:timers/promises";
import { namePrefix } from "./client-token.ts";
import type { DataApi } from "./data-api.ts";
import { leftJournals, removeJournal } from "./journal.ts";
import type { LeftStatement } from "./journal.ts";
import { untilOver } from "./statement-runner.ts";

/**
 * A request that a process sent right before it was killed may still be on its way: for so long after it was written
 * down, in milliseconds, its statement is looked for.
 */
const onItsWay = 5_000;

/** Ends what statements of dead processes of this home still do in Redshift, and forgets them. */
export async function settleLeft(api: DataApi, home: string): Promise<void> {
  for (const journal of await leftJournals(home)) {
    await Promise.all(journal.statements.map((statement) => settle(api, statement)));
    await removeJournal(journal);
  }
}

/** Ends what statements of these runs, of whatever machine, still do in Redshift. */
export async function settleRuns(api: DataApi, runs: readonly string[]): Promise<void> {
  for (const run of runs) {
    for (;;) {
      const ids = await api.list(namePrefix(run), "unfinished");
      if (ids.length === 0) break;
      await Promise.all(ids.map((id) => end(api, id)));
    }
  }
}

async function settle(api: DataApi, { name, id, at }: LeftStatement): Promise<void> {
  if (id !== undefined) {
    await end(api, id);
    return;
  }
  const until = Date.parse(at) + onItsWay;
  for (;;) {
    const isLast = Date.now() > until;
    const ids = await api.list(name, "all");
    await Promise.all(ids.map((found) => end(api, found)));
    if (ids.length > 0 || isLast) return;
    await pause(250);
  }
}

async function end(api: DataApi, id: string): Promise<void> {
  await api.cancel(id);
  await untilOver(api, id);
}
