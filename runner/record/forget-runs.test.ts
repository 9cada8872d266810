import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { production } from "../core/environment.ts";
import type { Ledger, RelationVersion } from "../core/ledger.ts";
import type { Engine } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { restorable } from "../plan/rollback.ts";
import { openLedger } from "./ledger.ts";

const environments = [production, "alice"] as const;
const relations = ["gold.a", "gold.b", "gold.c"] as const;

interface Day {
  readonly environment: (typeof environments)[number];
  readonly published: readonly RelationName[];
  readonly released: readonly RelationName[];
  readonly status: "succeeded" | "failed" | "running";
}

const aDay: fc.Arbitrary<Day> = fc.record({
  environment: fc.constantFrom(...environments),
  published: fc.subarray([...relations]),
  released: fc.subarray([...relations]),
  status: fc.constantFrom("succeeded", "failed"),
});

const idOf = (day: number) => `run${String(day).padStart(2, "0")}`;
const noonOf = (day: number) => new Date(Date.UTC(2026, 0, day, 12)).toISOString();

function version(relation: RelationName, day: number, environment: string): RelationVersion {
  const physical = `_physical.${relation.replace(".", "__")}__${idOf(day)}`;
  return {
    published: {
      relation,
      materialization: "table",
      physical,
      definition: `select 1 from ${physical}`,
      columns: [],
      fingerprint: "f",
      runId: idOf(day),
      environment,
    },
    isPointed: true,
  };
}

/** Opens a ledger in which each day's run has planned, done and published what it says. */
async function ledgerOf(days: readonly Day[]): Promise<{ engine: Engine; ledger: Ledger }> {
  const engine = await openDuckDb({ file: ":memory:", threads: 1 });
  const ledger = await openLedger(engine);
  for (const [index, { environment, published, released, status }] of days.entries()) {
    const day = index + 1;
    const id = idOf(day);
    const steps = [{ id: "gold.a", kind: "model", relations: ["gold.a"] }] as const;
    const options = { verb: "build" };
    await ledger.beginRun({
      ...{ id, startedAt: noonOf(day), command: "build", environment, options, steps },
    });
    const gone = released.filter((relation) => !published.includes(relation));
    await engine.transaction(
      ledger.publishStatements({
        runId: id,
        publishedAt: noonOf(day),
        environment,
        versions: published.map((relation) => version(relation, day, environment)),
        released: gone,
        details: [...published, ...gone].map((relation) => ({ relation })),
      }),
    );
    ledger.finishStep(id, { id: "gold.a", kind: "model", status: "ok", milliseconds: 1 });
    await ledger.flush();
    if (status === "running") continue;
    await engine.execute(
      `update _runner.run set status = '${status}', finished_at = started_at where run_id = '${id}'`,
    );
  }
  return { engine, ledger };
}

/** All that a rollback, a retry, a build or a collection asks the ledger. */
async function answers(ledger: Ledger, lastDay: number) {
  const asked = await Promise.all(
    environments.map(async (environment) => {
      const history = await ledger.history(environment);
      return {
        state: await ledger.state(environment),
        versions: history.versions,
        horizon: history.horizon,
        restorable: restorable(history).map(({ id }) => id),
      };
    }),
  );
  const days = Array.from({ length: lastDay + 1 }, (_, day) => noonOf(day + 1));
  return {
    asked,
    collectable: await Promise.all(days.map((since) => ledger.collectable(since))),
    environments: await ledger.environments(),
    interrupted: await ledger.interruptedRuns(),
    unpublished: await ledger.unpublished(),
    unfinished: await ledger.unfinished(),
    next: (await ledger.nextRun(new Date(0))).startedAt,
  };
}

test("what is forgotten of old runs is nothing that a rollback, a retry, a build or a collection asks for", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aDay, { minLength: 1, maxLength: 8 }),
      fc.nat(9),
      fc.nat(9),
      async (days, keepSince, keepRunsSince) => {
        const [whole, trimmed] = [await ledgerOf(days), await ledgerOf(days)];
        try {
          await whole.ledger.forget(noonOf(keepSince), noonOf(-1000));
          await trimmed.ledger.forget(noonOf(keepSince), noonOf(keepRunsSince));
          expect(await answers(trimmed.ledger, days.length)).toEqual(
            await answers(whole.ledger, days.length),
          );
          const { rows } = await trimmed.engine.query(
            "select run_id from _runner.run order by run_id",
          );
          const since = Math.min(keepSince, keepRunsSince);
          const kept = days.map((_, index) => index + 1).filter((day) => day >= since);
          expect(rows.map((row) => row.run_id)).toEqual(
            (kept.length > 0 ? kept : [days.length]).map(idOf),
          );
        } finally {
          await whole.engine.close();
          await trimmed.engine.close();
        }
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

test("runs of a month leave no more than the latest one, and of what they published the first and the last time", async () => {
  const daily: Day = {
    environment: production,
    published: ["gold.a", "gold.b"],
    released: [],
    status: "succeeded",
  };
  const { engine, ledger } = await ledgerOf(Array.from({ length: 30 }, () => daily));
  try {
    await ledger.forget(noonOf(40), noonOf(40));
    const count = async (table: string) =>
      Number((await engine.query(`select count(*) as n from _runner.${table}`)).rows[0]?.n);
    expect(await count("run")).toBe(1);
    expect(await count("step")).toBe(1);
    expect(await count("planned_step")).toBe(1);
    expect(await count("publication")).toBe(4);
  } finally {
    await engine.close();
  }
});

test("a run that was killed is remembered until the next one has recovered it, however long ago it was", async () => {
  const killed: Day = { environment: production, published: [], released: [], status: "running" };
  const later: Day = { ...killed, status: "succeeded" };
  const { engine, ledger } = await ledgerOf([killed, later]);
  try {
    await ledger.forget(noonOf(40), noonOf(40));
    expect(await ledger.interruptedRuns()).toEqual([idOf(1)]);
  } finally {
    await engine.close();
  }
});
