import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { production } from "../core/environment.ts";
import type { BeginningRun, Ledger, Publication, RelationVersion } from "../core/ledger.ts";
import type { LakeManifest } from "../core/manifest.ts";
import type { Engine } from "../core/ports.ts";
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

/** gold.sales in a table of its own, as it was published at noon of a day of March 2026. */
function version(day: number, more: Partial<RelationVersion> = {}): RelationVersion {
  const runId = `run${day}`;
  const physical = `_physical.gold__sales__${runId}`;
  return {
    published: {
      relation: "gold.sales",
      materialization: "incremental",
      physical,
      definition: `select id from ${physical} where note <> 'it''s'`,
      columns,
      fingerprint: `f${day}`,
      runId,
      environment: production,
    },
    watermark: `2026-03-0${day} 11:00:00.123456`,
    identity: "it's/1",
    manifest: manifestOf("gold.sales", runId, `2026-03-0${day}T12:00:00.000Z`),
    isPointed: false,
    ...more,
  };
}

function publication(day: number, versions: readonly RelationVersion[]): Publication {
  return {
    runId: `run${day}`,
    publishedAt: `2026-03-0${day}T12:00:00.000Z`,
    environment: versions[0]?.published.environment ?? production,
    versions,
    released: [],
    details: versions.map(({ published }) => ({ relation: published.relation })),
  };
}

async function publish(day: number, ...versions: readonly RelationVersion[]): Promise<void> {
  await engine.transaction(ledger.publishStatements(publication(day, versions)));
}

/** The same table as on another day, changed in place. */
function inPlace(day: number, since: number): RelationVersion {
  const { published } = version(day);
  const physical = version(since).published.physical;
  return version(day, {
    published: { ...published, physical },
    undo: { statements: ["select 1"], physical: [`undo${day}`] },
  });
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

test("a ledger of another version is refused before anything is read or changed", async () => {
  await engine.execute("update _runner.ledger set ledger_version = 1");
  await expect(readState(engine)).rejects.toThrow("WAREHOUSE_OUTDATED");
  await expect(openLedger(engine)).rejects.toThrow("WAREHOUSE_OUTDATED");
  await engine.execute("drop table _runner.ledger");
  await expect(openLedger(engine)).rejects.toThrow("its ledger is older");
});

describe("what was published", () => {
  test("comes back as it was said, to the microsecond and with quotes in its texts", async () => {
    const intervals = [{ start: "2026-03-01T00:00:00.000Z", end: "2026-03-02T00:00:00.000Z" }];
    const { published } = version(1);
    await publish(1, version(1, { published: { ...published, intervals } }));
    const state = await ledger.state(production);
    expect(state.published.get("gold.sales")).toEqual({ ...published, intervals });
    expect(state.watermarks).toEqual(new Map([["gold.sales", "2026-03-01 11:00:00.123456"]]));
    expect(state.identities).toEqual(new Map([["gold.sales", "it's/1"]]));
    expect(state.manifests).toEqual(new Map([["gold.sales", version(1).manifest]]));
    expect(state.latestPublication).toBe("run1");
  });

  test("stands once for a relation however often it was published", async () => {
    for (const day of [1, 2, 3]) await publish(day, version(day));
    const state = await ledger.state(production);
    expect(state.published.get("gold.sales")?.runId).toBe("run3");
    expect(state.watermarks.get("gold.sales")).toBe("2026-03-03 11:00:00.123456");
    const { versions, publications } = await ledger.history(production);
    const days = ["run1", "run2", "run3"];
    expect(versions.map(({ publishedBy }) => publishedBy)).toEqual(days);
    expect(publications.map(({ id }) => id)).toEqual(days);
  });

  test("is read by an environment where it has nothing of its own, and only there", async () => {
    const own = version(2);
    const other = { ...version(1).published, relation: "gold.customer" as const };
    await publish(1, version(1), version(1, { published: other }));
    await publish(2, { ...own, published: { ...own.published, environment: "alice" } });
    const alice = await ledger.state("alice");
    expect(alice.published.get("gold.sales")?.runId).toBe("run2");
    expect(alice.published.get("gold.customer")).toEqual(other);
    expect(alice.production.get("gold.sales")?.runId).toBe("run1");
    expect(alice.latestPublication).toBe("run1");
    expect((await ledger.state(production)).published.get("gold.sales")?.runId).toBe("run1");
    expect(await ledger.environments()).toEqual(new Map([["alice", new Set(["gold.sales"])]]));
    const released = { ...publication(3, []), environment: "alice" };
    await engine.transaction(ledger.publishStatements({ ...released, released: ["gold.sales"] }));
    expect(await ledger.environments()).toEqual(new Map());
    expect((await ledger.state("alice")).published.get("gold.sales")?.runId).toBe("run1");
  });
});

describe("superseded versions", () => {
  test("are collectable once they are old, and files that a kept version needs are not", async () => {
    for (const day of [1, 2, 3]) await publish(day, version(day));
    const early = await ledger.collectable("2026-03-01T00:00:00.000Z");
    expect(early.physical).toEqual([]);
    expect(early.manifests).toHaveLength(3);
    const since = "2026-03-02T18:00:00.000Z";
    const later = await ledger.collectable(since);
    expect(later.physical).toEqual(["_physical.gold__sales__run1"]);
    expect(later.manifests.map(({ runId }) => runId)).toEqual(["run2", "run3"]);
    await ledger.forget(since, since);
    expect([...(await ledger.knownPhysical())].sort()).toEqual([
      "_physical.gold__sales__run2",
      "_physical.gold__sales__run3",
    ]);
  });

  test("of an increment keep its table, and give up what takes them back once there is nothing to go back to", async () => {
    await publish(1, version(1));
    await publish(2, inPlace(2, 1));
    await publish(3, inPlace(3, 1));
    const since = "2026-03-02T18:00:00.000Z";
    expect((await ledger.collectable(since)).physical).toEqual(["undo2"]);
    await ledger.forget(since, since);
    const { versions, horizon } = await ledger.history(production);
    expect(horizon).toBe(since);
    expect(versions.map(({ publishedBy, undo }) => [publishedBy, undo?.physical])).toEqual([
      ["run2", undefined],
      ["run3", ["undo3"]],
    ]);
    expect(await ledger.knownPhysical()).toEqual(new Set(["_physical.gold__sales__run1", "undo3"]));
  });

  test("that another environment still reads keep their table", async () => {
    const { published } = version(1);
    await publish(1, version(1));
    await publish(2, version(2, { published: { ...published, environment: "alice" } }));
    await publish(3, version(3));
    expect((await ledger.collectable("2027-01-01T00:00:00.000Z")).physical).toEqual([]);
  });

  test("that were taken back are told from the others", async () => {
    await publish(1, version(1));
    await publish(2, inPlace(2, 1));
    const { versions } = await ledger.history(production);
    await engine.transaction(ledger.undoneStatements(versions.slice(1)));
    const after = (await ledger.history(production)).versions;
    expect(after.map(({ isUndone }) => isUndone)).toEqual([false, true]);
  });
});

test("a manifest is pending in its environment until the lake is known to point at it", async () => {
  const { published } = version(2);
  await publish(1, version(1));
  await publish(2, version(2, { published: { ...published, environment: "alice" } }));
  const pending = await ledger.pendingManifests();
  expect(pending.map(({ environment, manifest }) => [environment, manifest.runId])).toEqual([
    [production, "run1"],
    ["alice", "run2"],
  ]);
  await ledger.markPointed([{ environment: production, relation: "gold.sales" }]);
  expect((await ledger.pendingManifests()).map(({ environment }) => environment)).toEqual([
    "alice",
  ]);
});

function beginning(run: Pick<BeginningRun, "id" | "startedAt">): BeginningRun {
  const steps = [
    { id: "extract.oltp", kind: "extract", relations: ["raw.a", "raw.b"] },
    { id: "gold.sales", kind: "model", relations: ["gold.sales"] },
    { id: "test.sound", kind: "test", relations: [] },
  ] as const;
  return {
    ...run,
    command: "build",
    environment: production,
    options: { verb: "build", vars: "a=1" },
    steps,
  };
}

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
      await ledger.beginRun(beginning(run));
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

  test("that never ended are known by it, and are closed", async () => {
    const run = await ledger.nextRun(new Date());
    await ledger.beginRun(beginning(run));
    expect(await ledger.interruptedRuns()).toEqual([run.id]);
    await ledger.closeInterrupted();
    expect(await ledger.interruptedRuns()).toEqual([]);
    expect((await engine.query("select status from _runner.run")).rows).toEqual([
      { status: "interrupted" },
    ]);
  });

  test("leave for another try what was not published and which tests did not end well", async () => {
    const run = await ledger.nextRun(new Date());
    await ledger.beginRun(beginning(run));
    const outcome = { milliseconds: 1, status: "ok" } as const;
    ledger.finishStep(run.id, { ...outcome, id: "extract.oltp", kind: "extract" });
    ledger.finishStep(run.id, { ...outcome, id: "gold.sales", kind: "model" });
    await ledger.flush();
    const details = [{ relation: "raw.a", rows: 1 }] as const;
    await engine.transaction(
      ledger.publishStatements({ ...publication(1, []), runId: run.id, details }),
    );
    const left = { relations: ["raw.b", "gold.sales"], steps: ["test.sound"] };
    expect(await ledger.unfinished()).toMatchObject({
      id: run.id,
      status: "running",
      options: { vars: "a=1" },
      ...left,
    });
    expect(await ledger.unfinished(run.id)).toMatchObject(left);
    expect(await ledger.unfinished("another")).toBeUndefined();
    const { id, startedAt } = await ledger.nextRun(new Date());
    const rollback = { ...beginning({ id, startedAt }), command: "rollback", options: {} };
    await ledger.beginRun({ ...rollback, steps: [] });
    expect(await ledger.unfinished()).toMatchObject({ id: run.id, ...left });
  });

  test("keep each step's end, with messages of any length and content", async () => {
    const run = await ledger.nextRun(new Date());
    await ledger.beginRun({ ...beginning(run), command: "it's".repeat(1000) });
    const outcome = { kind: "model", milliseconds: 1 } as const;
    const message = `it's \u0000 ${"long ".repeat(2000)}`;
    const diagnostic = { code: "SQL_FAILED", message } as const;
    ledger.finishStep(run.id, { ...outcome, id: "fails", status: "failed", diagnostic });
    ledger.finishStep(run.id, { ...outcome, id: "works", status: "ok", rows: 3 });
    ledger.finishStep(run.id, { ...outcome, id: "waits", status: "skipped", because: ["fails"] });
    await ledger.flush();
    const { rows } = await engine.query(
      "select step_id, status, row_count, left(message, 4) as message, because from _runner.step order by step_id",
    );
    expect(rows).toEqual([
      { step_id: "fails", status: "failed", row_count: null, message: "it's", because: null },
      { step_id: "waits", status: "skipped", row_count: null, message: null, because: "fails" },
      { step_id: "works", status: "ok", row_count: 3, message: null, because: null },
    ]);
  });

  test("go on being recorded after one record was refused, which is told", async () => {
    const run = await ledger.nextRun(new Date());
    await engine.execute("alter table _runner.run rename to elsewhere");
    await expect(ledger.beginRun(beginning(run))).rejects.toThrow("SQL_FAILED");
    await engine.execute("alter table _runner.elsewhere rename to run");
    await ledger.beginRun(beginning(run));
    expect(await ledger.interruptedRuns()).toEqual([run.id]);
  });
});
