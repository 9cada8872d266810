import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { production } from "../core/environment.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Engine } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import { duckdbDialect as dialect } from "../dialect/duckdb/dialect.ts";
import type { WriteStep } from "../plan/step.ts";
import { recover } from "./recover.ts";
import { publishedTable, testStep, writeStep } from "./testing/steps.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

let warehouse: TestWarehouse;

beforeEach(async () => {
  warehouse = await openTestWarehouse();
});

afterEach(() => warehouse.close());

const columns = [{ name: "id", type: "integer" }];
const place = { file: "models/test.yml", line: 1, column: 1 };

/** A table of the run `run<number>` that holds these ids. */
function table(
  relation: RelationName,
  number: number,
  query: string,
  after: readonly string[] = [],
): WriteStep {
  const physical = dialect.physical(relation, `run${number}`);
  return writeStep(relation, after, {
    query,
    contract: [{ name: "id", type: { kind: "integer" }, nullable: true, description: "", place }],
    key: ["id"],
    write: [dialect.createTableAs(physical, query)],
    candidate: physical,
    counted: physical,
    publish: [...dialect.replaceView(relation, `select id from ${physical}`)],
    discard: [dialect.dropTable(physical)],
    published: publishedTable(relation, physical, `run${number}`),
  });
}

const ids = (...values: readonly number[]) =>
  values.map((value) => `select cast(${value} as integer) as id`).join(" union all ");

async function leftovers(): Promise<unknown[]> {
  const known = await warehouse.ledger.knownPhysical();
  const rows = await warehouse.rows(
    "select table_name from information_schema.tables where table_schema = '_physical'",
  );
  return rows
    .map((row) => `_physical.${String(row.table_name)}`)
    .filter((name) => !known.has(name));
}

/** The real engine, on which one call goes wrong. */
function withFault(engine: Engine, when: (statement: string) => boolean, fault: Error): Engine {
  const check = (statement: string) => {
    if (when(statement)) throw fault;
  };
  return new Proxy(engine, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (property === "files") return withFault(member as Engine, when, fault);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        const statements = Array.isArray(given[0]) ? given[0] : [given[0]];
        try {
          for (const statement of statements) check(String(statement));
        } catch {
          return Promise.reject(fault);
        }
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
}

describe("a run", () => {
  test("publishes to the warehouse, the ledger and the lake alike", async () => {
    const { status } = await warehouse.execute(1, [table("gold.sales", 1, ids(2, 1))]);
    expect(status).toBe("succeeded");
    expect(await warehouse.rows("select id from gold.sales order by id")).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    const manifest = await warehouse.lake.readManifest("gold.sales");
    expect(manifest).toMatchObject({ runId: "run1", columns, files: [{ rows: 2 }] });
    expect(await warehouse.ledger.pendingManifests()).toEqual([]);
    expect(await warehouse.ledger.interruptedRuns()).toEqual([]);
  });

  test("keeps the lake's file when the rows are the same, and writes it anew when it was lost", async () => {
    await warehouse.execute(1, [table("gold.sales", 1, ids(1, 2))]);
    await warehouse.execute(2, [table("gold.sales", 2, ids(2, 1))]);
    expect((await warehouse.lake.readManifest("gold.sales"))?.runId).toBe("run1");
    expect(await warehouse.lake.runsOf("gold.sales")).toEqual(["run1"]);
    await warehouse.lake.removeFiles("gold.sales", { runs: new Set(["run1"]) });
    await warehouse.execute(3, [table("gold.sales", 3, ids(1, 2))]);
    const manifest = await warehouse.lake.readManifest("gold.sales");
    expect(manifest?.runId).toBe("run3");
    expect(await warehouse.lake.has(manifest!.files[0]!.key)).toBe(true);
  });

  test("keeps readers on what was published when a test fails, and leaves nothing behind", async () => {
    await warehouse.execute(1, [table("gold.sales", 1, ids(1))]);
    const candidate = dialect.physical("gold.sales", "run2");
    const { status } = await warehouse.execute(2, [
      table("gold.sales", 2, ids(7)),
      testStep("sound", ["gold.sales"], "error", `select * from ${candidate} where id = 7`),
    ]);
    expect(status).toBe("failed");
    expect(await warehouse.rows("select id from gold.sales")).toEqual([{ id: 1 }]);
    expect(await leftovers()).toEqual([]);
    expect(await warehouse.lake.runsOf("gold.sales")).toEqual(["run1"]);
  });

  test("publishes when a warn test cannot run, and is failed all the same", async () => {
    const { status } = await warehouse.execute(1, [
      table("gold.sales", 1, ids(1)),
      testStep("odd", ["gold.sales"], "warn", "select nonsense"),
    ]);
    expect(status).toBe("failed");
    expect(await warehouse.rows("select id from gold.sales")).toEqual([{ id: 1 }]);
  });

  test("that is interrupted before it began anything changes nothing", async () => {
    const signal = AbortSignal.abort();
    const { status } = await warehouse.execute(1, [table("gold.sales", 1, ids(1))], { signal });
    expect(status).toBe("interrupted");
    expect(await leftovers()).toEqual([]);
    expect((await warehouse.ledger.state(production)).published.size).toBe(0);
  });
});

describe("a fault in the middle", () => {
  const steps = () => [
    table("cleaned.sale", 2, ids(5)),
    table("gold.sales", 2, "select id from _physical.cleaned__sale__run2", ["cleaned.sale"]),
  ];
  const cases: readonly [string, (statement: string) => boolean][] = [
    ["writing a model", (text) => text.startsWith("create table _physical.gold__sales__run2")],
    ["writing the lake", (text) => text.startsWith("select id from _physical.gold__sales__run2")],
    ["publishing", (text) => text.startsWith("create or replace view gold.sales")],
  ];
  test.each(cases)(
    "of %s closes the run as failed, and takes back what it made",
    async (_, when) => {
      await warehouse.execute(1, [table("gold.sales", 1, ids(1))]);
      const engine = withFault(warehouse.engine, when, new TypeError("a fault"));
      await expect(warehouse.execute(2, steps(), { engine })).rejects.toThrow("a fault");
      expect(
        await warehouse.rows("select run_id, status from _runner.run order by run_id"),
      ).toEqual([
        { run_id: "run1", status: "succeeded" },
        { run_id: "run2", status: "failed" },
      ]);
      expect(warehouse.events.at(-1)).toMatchObject({ type: "run_finished", status: "failed" });
      expect(await warehouse.rows("select id from gold.sales")).toEqual([{ id: 1 }]);
      expect(await leftovers()).toEqual([]);
      expect(await warehouse.lake.runsOf("gold.sales")).toEqual(["run1"]);
      expect(await warehouse.lake.runsOf("cleaned.sale")).toEqual([]);
    },
  );

  test("of the lake's pointers is told as such, and mended by the next run", async () => {
    const full = new Failure([
      { code: "DISK_FULL", message: "No space.", hint: "nothing was published." },
    ]);
    const lake = new Proxy(warehouse.lake, {
      get: (target, property) =>
        property === "writeManifest"
          ? () => Promise.reject(full)
          : (Reflect.get(target, property) as () => unknown).bind(target),
    });
    const failed = await warehouse.execute(2, steps(), { lake }).catch((error: unknown) => error);
    expect((failed as Failure).diagnostics[0]?.hint).toContain("The warehouse is published");
    expect(await warehouse.rows("select id from gold.sales")).toEqual([{ id: 5 }]);
    expect(await warehouse.lake.readManifest("gold.sales")).toBeUndefined();
    await recover(warehouse);
    expect((await warehouse.lake.readManifest("gold.sales"))?.runId).toBe("run2");
    expect(await warehouse.ledger.pendingManifests()).toEqual([]);
  });
});

describe("recovery", () => {
  test("drops what no ledger knows, keeps what is published, and says so once", async () => {
    await warehouse.execute(1, [table("gold.sales", 1, ids(1))]);
    await warehouse.ledger.beginRun({
      id: "run2",
      startedAt: "2026-03-02T00:00:00.000Z",
      command: "build",
      environment: production,
      options: {},
      steps: [],
    });
    await warehouse.engine.execute(
      "create table _physical.gold__sales__run2__delta as select 1 as id",
    );
    await warehouse.engine.execute(
      "create view _physical.gold__sales__run2 as select id from _physical.gold__sales__run2__delta",
    );
    const key = warehouse.lake.partKey("gold.sales", "run2", 0);
    await warehouse.engine.files.writeParquet(
      "select 1 as id",
      await warehouse.lake.stagePart(key),
    );
    warehouse.events.length = 0;
    await recover(warehouse);
    await recover(warehouse);
    expect(warehouse.events).toEqual([
      {
        type: "recovered",
        message: "The run run2 was interrupted, 2 unpublished relations removed.",
      },
    ]);
    expect(await leftovers()).toEqual([]);
    expect(await warehouse.lake.runsOf("gold.sales")).toEqual(["run1"]);
    expect(await warehouse.rows("select id from gold.sales")).toEqual([{ id: 1 }]);
  });
});
