import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { LakeManifest } from "../core/manifest.ts";
import type { Engine, Ledger, Publication } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { emptyState } from "../core/state.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import { openLedger, readState } from "./ledger.ts";

let engine: Engine;
let ledger: Ledger;

beforeEach(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
  ledger = await openLedger(engine);
});

afterEach(() => engine.close());

const columns = [{ name: "id", type: "integer" }];

function manifestOf(relation: RelationName, runId: string, publishedAt: string): LakeManifest {
  const key = `${relation.replace(".", "/")}/run=${runId}/part-00000.parquet`;
  return {
    relation,
    runId,
    publishedAt,
    columns,
    files: [{ key, bytes: 1, rows: 1, sha256: "0", runId }],
  };
}

/** A publication of gold.sales in a table of its own, at noon of a day of March 2026. */
function publication(day: number, more: Partial<Publication> = {}): Publication {
  const runId = `run${day}`;
  const publishedAt = `2026-03-0${day}T12:00:00.000Z`;
  const physical = `_physical.gold__sales__${runId}`;
  return {
    runId,
    publishedAt,
    relations: [
      { relation: "gold.sales", materialization: "incremental", physical, columns, runId },
    ],
    watermarks: new Map([["gold.sales", `2026-03-0${day} 11:00:00.123456`]]),
    manifests: [manifestOf("gold.sales", runId, publishedAt)],
    identities: new Map([["raw.sale", "database 1"]]),
    ...more,
  };
}

async function publish(published: Publication): Promise<void> {
  await engine.transaction(ledger.publishStatements(published));
}

test("a warehouse that no run has touched has the empty state, and is not changed by looking", async () => {
  const untouched = await openDuckDb({ file: ":memory:", threads: 1 });
  expect(await readState(untouched)).toEqual(emptyState);
  const { rows } = await untouched.query(
    "select 1 from information_schema.schemata where schema_name = '_runner'",
  );
  expect(rows).toEqual([]);
  await untouched.close();
});

describe("what was published", () => {
  test("comes back as it was said, to the microsecond and with quotes in its texts", async () => {
    await publish(publication(1, { identities: new Map([["raw.sale", "it's/1"]]) }));
    const state = await ledger.state();
    const [relation] = publication(1).relations;
    expect(state.published).toEqual(new Map([["gold.sales", relation]]));
    expect(state.watermarks).toEqual(new Map([["gold.sales", "2026-03-01 11:00:00.123456"]]));
    expect(state.identities).toEqual(new Map([["raw.sale", "it's/1"]]));
    expect(state.manifests).toEqual(new Map([["gold.sales", publication(1).manifests[0]]]));
  });

  test("stands once for a relation however often it was published", async () => {
    for (const day of [1, 2, 3]) await publish(publication(day));
    const state = await ledger.state();
    expect(state.published.get("gold.sales")?.runId).toBe("run3");
    expect(state.watermarks.get("gold.sales")).toBe("2026-03-03 11:00:00.123456");
    for (const table of ["published", "watermark", "extracted_identity"]) {
      expect((await engine.query(`select * from _runner.${table}`)).rows).toHaveLength(1);
    }
  });

  test("survives what a later publication does not mention", async () => {
    await publish(publication(1));
    await publish(publication(2, { watermarks: new Map(), identities: new Map(), manifests: [] }));
    const state = await ledger.state();
    expect(state.watermarks.get("gold.sales")).toBe("2026-03-01 11:00:00.123456");
    expect(state.manifests.get("gold.sales")?.runId).toBe("run1");
  });
});

describe("superseded versions", () => {
  test("are collectable once they are old, and files that a kept version needs are not", async () => {
    for (const day of [1, 2, 3]) await publish(publication(day));
    const early = await ledger.collectable("2026-03-01T00:00:00.000Z");
    expect(early.physical).toEqual([]);
    expect(early.manifests).toHaveLength(3);
    const later = await ledger.collectable("2026-03-02T18:00:00.000Z");
    expect(later.physical).toEqual(["_physical.gold__sales__run1"]);
    expect(later.manifests.map(({ runId }) => runId).sort()).toEqual(["run2", "run3"]);
    await ledger.forget(later.physical, "2026-03-02T18:00:00.000Z");
    expect([...(await ledger.knownPhysical())].sort()).toEqual([
      "_physical.gold__sales__run2",
      "_physical.gold__sales__run3",
    ]);
  });

  test("of an increment stay, for it goes on in the same table", async () => {
    await publish(publication(1));
    const [first] = publication(1).relations;
    await publish(publication(2, { relations: [{ ...first!, runId: "run2" }] }));
    expect((await ledger.collectable("2027-01-01T00:00:00.000Z")).physical).toEqual([]);
    expect(await ledger.knownPhysical()).toEqual(new Set(["_physical.gold__sales__run1"]));
  });
});

test("a manifest is pending until the lake is known to point at it", async () => {
  await publish(publication(1));
  await publish(publication(2));
  expect((await ledger.pendingManifests()).map(({ runId }) => runId)).toEqual(["run2"]);
  await ledger.markPointed(["gold.sales"]);
  expect(await ledger.pendingManifests()).toEqual([]);
});

describe("runs", () => {
  test("are later than every earlier one, also when the clock goes back or stands still", async () => {
    const clock = [
      "2026-03-05T00:00:00.500Z",
      "2026-03-01T00:00:00.000Z",
      "2026-03-01T00:00:00.000Z",
    ];
    const started: string[] = [];
    for (const now of clock) {
      const run = await ledger.nextRun(new Date(now));
      await ledger.beginRun({ ...run, command: "build" });
      started.push(run.startedAt);
    }
    expect(started).toEqual([
      "2026-03-05T00:00:00.500Z",
      "2026-03-05T00:00:00.501Z",
      "2026-03-05T00:00:00.502Z",
    ]);
    const { rows } = await engine.query("select run_id from _runner.run order by started_at");
    const ids = rows.map((row) => String(row.run_id));
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9_]+$/);
  });

  test("that never ended are known by it, and are closed with their steps", async () => {
    const run = await ledger.nextRun(new Date());
    await ledger.beginRun({ ...run, command: "build" });
    await ledger.beginStep(run.id, { id: "gold.sales", kind: "model" });
    expect(await ledger.interruptedRuns()).toEqual([run.id]);
    await ledger.closeInterrupted();
    expect(await ledger.interruptedRuns()).toEqual([]);
    const { rows } = await engine.query(
      "select status from _runner.step union all select status from _runner.run",
    );
    expect(rows).toEqual([{ status: "interrupted" }, { status: "interrupted" }]);
  });

  test("keep each step's end, with messages of any length and content", async () => {
    const run = await ledger.nextRun(new Date());
    await ledger.beginRun({ ...run, command: "it's".repeat(1000) });
    const outcome = { kind: "model", milliseconds: 1 } as const;
    const message = `it's \u0000 ${"long ".repeat(2000)}`;
    const diagnostic = { code: "SQL_FAILED", message } as const;
    const steps = ["fails", "works"].map((id) => ({ id, kind: "model" as const }));
    await Promise.all(steps.map((step) => ledger.beginStep(run.id, step)));
    await Promise.all([
      ledger.finishStep(run.id, { ...outcome, id: "fails", status: "failed", diagnostic }),
      ledger.finishStep(run.id, { ...outcome, id: "works", status: "ok", rows: 3 }),
      ledger.finishStep(run.id, { ...outcome, id: "waits", status: "skipped", because: ["fails"] }),
    ]);
    const { rows } = await engine.query(
      "select step_id, status, row_count, left(message, 4) as message from _runner.step order by step_id",
    );
    expect(rows).toEqual([
      { step_id: "fails", status: "failed", row_count: null, message: "it's" },
      { step_id: "waits", status: "skipped", row_count: null, message: "fail" },
      { step_id: "works", status: "ok", row_count: 3, message: null },
    ]);
  });

  test("go on being recorded after one record was refused", async () => {
    const run = await ledger.nextRun(new Date());
    await engine.execute("alter table _runner.run rename to elsewhere");
    await expect(ledger.beginRun({ ...run, command: "build" })).rejects.toThrow("SQL_FAILED");
    await engine.execute("alter table _runner.elsewhere rename to run");
    await ledger.beginRun({ ...run, command: "build" });
    expect(await ledger.interruptedRuns()).toEqual([run.id]);
  });
});
