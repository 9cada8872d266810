import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Fault } from "../../../local/redshift/faults.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { SubmissionCost } from "../../core/engine-load.ts";
import type { Row } from "../../core/ports.ts";
import { StatementFailure } from "../../core/statement-failure.ts";
import { openDuckDb } from "../duckdb/engine.ts";
import type { RedshiftEngine } from "./engine.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

let warehouse: TestWarehouse;
let engine: RedshiftEngine;
const costs: SubmissionCost[] = [];

beforeAll(async () => {
  warehouse = await openTestWarehouse({ limits: { pageBytes: 100, resultBytes: 5_000 } });
  engine = (await warehouse.open()).metered((cost) => costs.push(cost));
  await engine.transaction(["create schema _runner", "create table kept (id integer)"]);
});

afterEach(async () => {
  warehouse.server.faults.clear();
  await engine.execute("delete from kept");
});

afterAll(() => warehouse.close());

const kept = async () =>
  (await engine.query("select id from kept order by id")).rows.map(({ id }) => id);

/** Sets faults; the test fails unless all of them have fired. */
async function withFaults<Result>(
  faults: readonly Fault[],
  work: () => Promise<Result>,
): Promise<Result> {
  warehouse.server.faults.add(...faults);
  try {
    return await work();
  } finally {
    expect(warehouse.server.faults.fired).toEqual(expect.arrayContaining([...faults]));
    warehouse.server.faults.clear();
  }
}

async function failureOf(action: Promise<unknown>): Promise<Failure & { first: Diagnostic }> {
  const error = await action.then(
    () => new Error("nothing failed"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw error;
  return Object.assign(error, { first: error.diagnostics[0]! });
}

/** As many inserts as no batch takes. */
const many = Array.from({ length: 60 }, (_, index) => `insert into kept values (${index})`);
const procedures = async () =>
  (await engine.query("select proname from pg_catalog.pg_proc where proname like 'publish%'")).rows;

describe("values are those that DuckDB gives", () => {
  test.each([
    "cast('99999999999999999999999999999999999.99' as decimal(37,2))",
    "cast('-0.07' as decimal(10,2))",
    "cast(9223372036854775807 as bigint)",
    "cast(-9007199254740993 as bigint)",
    "cast(9007199254740991 as bigint)",
    "cast(2147483647 as integer)",
    "cast(0.1 as double precision)",
    "cast('nan' as double precision)",
    "cast('-infinity' as double precision)",
    "true",
    "cast(null as integer)",
    "cast('' as varchar(10))",
    "cast('Zoë ''quoted'' 🛒' as varchar(100))",
    "cast('{\"longValue\":1234567890123456789}' as varchar(100))",
    "date '2026-02-28'",
    "timestamp '2026-02-28 23:59:59.999999'",
    "timestamp '2026-03-01 10:00:00.5'",
    "timestamp '2026-03-01 10:00:00'",
    "timestamptz '2026-02-28 23:59:59.000001+08'",
  ])("%s", async (expression) => {
    const duckdb = await openDuckDb({ file: ":memory:", threads: 1 });
    const query = `select ${expression} as value`;
    const rows: readonly Row[] = (await duckdb.query(query)).rows;
    await duckdb.close();
    expect((await engine.query(query)).rows).toEqual(rows);
  });
});

test("a query's columns are described by the words of declarations, a comment at its end or not", async () => {
  const query =
    "select cast(1 as smallint) as a, cast('x' as varchar(20)) as b, cast(1 as decimal(12,4)) as c -- end";
  expect(await engine.describe(query)).toEqual([
    { name: "a", type: "smallint" },
    { name: "b", type: "varchar(20)" },
    { name: "c", type: "decimal(12,4)" },
  ]);
});

test("a result of many pages comes whole and in order, and a limit fetches no page too many", async () => {
  await engine.transaction(many);
  const all = Array.from({ length: 60 }, (_, index) => index);
  expect(await kept()).toEqual(all);
  const isRefused: Fault = { kind: "refusal", operation: "GetStatementResult", at: 2 };
  warehouse.server.faults.add(isRefused);
  const { rows } = await engine.query("select id from kept order by id", 5);
  expect(rows.map(({ id }) => id)).toEqual(all.slice(0, 5));
  expect(warehouse.server.faults.fired).toEqual([]);
});

describe("a transaction", () => {
  test.each([
    ["of a batch", many.slice(0, 3)],
    ["too long for a batch", many],
  ])("%s that fails leaves nothing, and names the statement that failed", async (_, statements) => {
    const broken = "insert into\n  missing values (1)";
    const failure = await failureOf(engine.transaction([...statements, broken, "select 1"]));
    expect(failure).toBeInstanceOf(StatementFailure);
    expect((failure as unknown as StatementFailure).statement).toBe(broken);
    expect(failure.first).toMatchObject({
      code: "SQL_FAILED",
      message: 'relation "missing" does not exist',
    });
    expect(await kept()).toEqual([]);
    expect(await procedures()).toEqual([]);
  });

  test.each([
    ["of a batch", many.slice(0, 3), "insert"],
    ["too long for a batch", many, "call"],
  ])("%s is tried again as a whole when others were in its way", async (_, statements, sql) => {
    await withFaults([{ kind: "conflict", sql, times: 2 }], () => engine.transaction(statements));
    expect(await kept()).toHaveLength(statements.length);
    expect(await procedures()).toEqual([]);
  });

  test.each([
    ["of a batch", many.slice(0, 3), "insert"],
    ["too long for a batch", many, "^call"],
  ])("%s is applied once when the answer is lost after its commit", async (_, statements, sql) => {
    await withFaults(
      [
        { kind: "lost-response", when: "after", operation: "BatchExecuteStatement", sql, times: 2 },
        { kind: "lost-response", when: "after", operation: "DescribeStatement" },
      ],
      () => engine.transaction(statements),
    );
    expect(await kept()).toHaveLength(statements.length);
  });

  test("that others are in the way of for too long fails with nothing applied", async () => {
    const failure = await withFaults([{ kind: "conflict", sql: "insert", times: "always" }], () =>
      failureOf(engine.transaction(many.slice(0, 2))),
    );
    expect(failure.first.cause).toContain("Serializable isolation violation");
    expect(await kept()).toEqual([]);
  });

  test("that fails for any other reason is not tried again", async () => {
    const faults: Fault[] = [
      { kind: "failure", message: "ERROR: Value 1023 too long", times: 9, sql: "insert" },
    ];
    await withFaults(faults, async () => {
      await failureOf(engine.transaction(many.slice(0, 2)));
      expect(warehouse.server.faults.fired).toHaveLength(1);
    });
  });

  test("of two engines at once that write the same rows leaves them as one after the other would", async () => {
    const other = await warehouse.open();
    await engine.execute("insert into kept values (0)");
    const add = (one: typeof other) =>
      one.transaction(["update kept set id = id + 1", "select count(*) from kept"]);
    await Promise.all([engine, other, engine, other, engine].map(add));
    expect(await kept()).toEqual([5]);
  });
});

describe("every call that is refused or lost", () => {
  const operations = [
    "ExecuteStatement",
    "BatchExecuteStatement",
    "DescribeStatement",
    "GetStatementResult",
  ];
  const faults: [string, object][] = [
    ["throttled", { kind: "refusal", error: "ThrottlingException", times: 3 }],
    [
      "one statement too many",
      { kind: "refusal", error: "ActiveStatementsExceededException", times: 3 },
    ],
    ["a fault of the service", { kind: "refusal", error: "InternalServerException", times: 3 }],
    ["lost before it arrives", { kind: "lost-response", when: "before", times: 3 }],
    ["answered into the void", { kind: "lost-response", when: "after", times: 3 }],
  ];
  const cases = operations.flatMap((operation) =>
    faults.map(([name, fault]) => [operation, name, { ...fault, operation } as Fault] as const),
  );
  test.each(cases)("%s, %s: everything happens once", async (_, __, fault) => {
    await withFaults([fault], async () => {
      await engine.execute("insert into kept values (1)");
      await engine.transaction(["insert into kept values (2)", "insert into kept values (3)"]);
      expect(await kept()).toEqual([1, 2, 3]);
    });
  });
});

describe("an interruption", () => {
  const isRunning = async () => {
    while (warehouse.server.faults.fired.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
  };

  test.each([
    ["one statement", many.slice(0, 1)],
    ["a batch", many.slice(0, 3)],
    ["a long transaction", many],
  ])(
    "of %s leaves nothing running and nothing done, and the engine can be used again",
    async (_, statements) => {
      warehouse.server.faults.add({ kind: "hang", sql: "^insert|^call" });
      const failed = failureOf(
        statements.length === 1 ? engine.execute(statements[0]!) : engine.transaction(statements),
      );
      await isRunning();
      await engine.interrupt();
      expect((await failed).first.message).toContain("Interrupted");
      expect(costs.some(({ status }) => status === "cancelled")).toBe(true);
      expect(await kept()).toEqual([]);
    },
  );

  test("ends the waiting for a busy warehouse, and what waits for its turn is never submitted", async () => {
    const narrow = await warehouse.open({ threads: 0, name: "narrow" });
    await withFaults(
      [{ kind: "refusal", operation: "ExecuteStatement", times: "always" }],
      async () => {
        const failed = many.slice(0, 3).map((each) => failureOf(narrow.execute(each)));
        await isRunning();
        await narrow.interrupt();
        for (const each of failed) expect((await each).first.message).toContain("Interrupted");
      },
    );
    expect(await kept()).toEqual([]);
  });

  test("ends the trying again of a conflict", async () => {
    await withFaults([{ kind: "conflict", sql: "insert", times: "always" }], async () => {
      const failed = failureOf(engine.execute(many[0]!));
      await isRunning();
      await engine.interrupt();
      await failed;
      const fired = warehouse.server.faults.fired.length;
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(warehouse.server.faults.fired).toHaveLength(fired);
    });
  });
});

test("more statements than may run at once wait for their turn", async () => {
  const narrow = await warehouse.open({ threads: 1 });
  const all = Array.from({ length: 12 }, (_, index) => narrow.query(`select ${index} as number`));
  const numbers = (await Promise.all(all)).map(({ rows }) => rows[0]?.number);
  expect(numbers).toEqual(Array.from({ length: 12 }, (_, index) => index));
});

describe("what is wrong is told with its cause and the way out", () => {
  const broken: [string, Parameters<TestWarehouse["open"]>[0], string, string][] = [
    ["an unknown workgroup", { workgroup: "nowhere" }, "WAREHOUSE_NOT_FOUND", "workgroup"],
    ["an unknown database", { database: "nowhere" }, "WAREHOUSE_NOT_FOUND", "database"],
    [
      "a service that is not there",
      { endpoint: "http://127.0.0.1:9" },
      "WAREHOUSE_UNREACHABLE",
      "address",
    ],
  ];
  test.each(broken)("%s", async (_, changes, code, hint) => {
    const patience = {
      totalMilliseconds: 100,
      firstPauseMilliseconds: 10,
      longestPauseMilliseconds: 10,
    };
    const wrong = await warehouse.open({ ...changes, patience });
    const { first } = await failureOf(wrong.execute("select 1"));
    expect(first.code).toBe(code);
    expect(`${first.message} ${first.hint ?? ""}`.toLowerCase()).toContain(hint);
    expect(first.cause).toBeTruthy();
  });

  test("a key that the service does not know", async () => {
    const { endpoint } = await warehouse.openServer({ accessKeyId: "another" });
    const wrong = await warehouse.open({ endpoint });
    const { first } = await failureOf(wrong.execute("select 1"));
    expect(first).toMatchObject({
      code: "WAREHOUSE_DENIED",
      cause: expect.stringContaining("token"),
    });
  });

  test("a refusal by rights", async () => {
    const faults: Fault[] = [{ kind: "refusal", error: "AccessDeniedException" }];
    const { first } = await withFaults(faults, () => failureOf(engine.execute("select 1")));
    expect(first.code).toBe("WAREHOUSE_DENIED");
    expect(first.hint).toContain("redshift-data");
  });

  test("a warehouse that is too busy for too long", async () => {
    const busy = await withFaults([{ kind: "refusal", times: "always" }], () =>
      failureOf(engine.execute("select 1")),
    );
    expect(busy.first).toMatchObject({ code: "WAREHOUSE_UNREACHABLE" });
    expect(busy.first.message).toContain("too much to do");
    // A refusal did nothing: the engine is not lost.
    expect((await engine.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  test("a result beyond the limits of the service", async () => {
    const { first } = await failureOf(engine.query(`select repeat('x', 6000) as a`));
    expect(first).toMatchObject({ code: "RESULT_TOO_LARGE" });
    expect(first.hint).toContain("limit");
  });

  test("a statement that is too long is never sent", async () => {
    const failure = failureOf(engine.execute(`select '${"x".repeat(100_001)}'`));
    expect((await failure).first.code).toBe("STATEMENT_TOO_LARGE");
  });

  test("the place in a statement's text", async () => {
    const statement = "select 'é🛒',\n  missing";
    const message = 'ERROR: column "missing" does not exist\n  Position: 16';
    const failure = await withFaults([{ kind: "failure", message }], () =>
      failureOf(engine.execute(statement)),
    );
    expect((failure as unknown as StatementFailure).position).toEqual({ line: 2, column: 3 });
    expect(failure.first.frame).toContain("> 2 |   missing\n    |   ^");
  });
});

test("an engine that cannot learn what became of a statement refuses all others: nobody may undo what was done", async () => {
  const cut = await warehouse.open({
    patience: { totalMilliseconds: 200, firstPauseMilliseconds: 10, longestPauseMilliseconds: 50 },
  });
  const faults: Fault[] = [
    { kind: "lost-response", when: "after", operation: "BatchExecuteStatement", times: "always" },
  ];
  const lost = await withFaults(faults, () => failureOf(cut.transaction(many.slice(0, 2))));
  expect(lost.first.code).toBe("WAREHOUSE_UNREACHABLE");
  expect((await failureOf(cut.execute("delete from kept"))).first).toEqual(lost.first);
  await cut.close();
  expect(await kept()).toEqual([0, 1]);
});

test("a home keeps nothing of engines that were closed in order", async () => {
  const home = path.join(warehouse.home, "another");
  const short = await warehouse.open({ home });
  await short.execute("select 1");
  const folder = path.join(home, "redshift", "statements");
  expect(readdirSync(folder)).toHaveLength(1);
  await short.close();
  expect(existsSync(folder) && readdirSync(folder)).toEqual([]);
});
