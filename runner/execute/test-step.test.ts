import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { RunEvent } from "../core/event.ts";
import type { DataTest, TestSettings } from "../core/data-test.ts";
import type { Engine } from "../core/ports.ts";
import { openDuckDb } from "../engine/duckdb/engine.ts";
import type { TestStep } from "../plan/step.ts";
import { emptyFindings } from "./context.ts";
import { judge } from "./judge.ts";
import { runTestStep } from "./test-step.ts";
import { testStep } from "./testing/steps.ts";

let engine: Engine;
const events: RunEvent[] = [];

beforeAll(async () => {
  engine = await openDuckDb({ file: ":memory:", threads: 1 });
  await engine.execute("create schema _failures");
});
afterEach(() => {
  events.length = 0;
});
afterAll(() => engine.close());

function run(step: TestStep, runId = "run1") {
  const context = {
    engine,
    run: { id: runId, startedAt: "2026-03-01T00:00:00.000Z" },
    emit: (event: RunEvent) => {
      events.push(event);
      return Promise.resolve();
    },
  };
  return runTestStep(step, context, emptyFindings());
}

const fiveRows = "select range as id, null as name from range(5)";

function breaking(rows: number, settings: Partial<TestSettings> = {}): TestStep {
  const query = `select range as id from range(${rows})`;
  const step = testStep("broken", [], "error", query);
  return { ...step, test: { ...step.test, ...settings } };
}

describe("a data test", () => {
  test("passes when it returns no row", async () => {
    expect(await run(testStep("sound", []))).toEqual({ status: "ok", failures: 0 });
  });

  test("counts all rows that break it and shows three of them", async () => {
    const { failures, diagnostic } = await run(testStep("broken", [], "error", fiveRows));
    expect(failures).toBe(5);
    expect(diagnostic?.message).toBe("broken: 5 rows break this test.");
    expect(diagnostic?.frame).toBe("id | name\n0  | null\n1  | null\n2  | null");
    expect(diagnostic?.hint).toBe("See more: runner test --select broken --show-failures");
    const one = await run(testStep("one", [], "error", "select 1 as id"));
    expect(one.diagnostic?.message).toBe("one: 1 row breaks this test.");
    expect(one.diagnostic?.hint).toBeUndefined();
  });

  test("tells null from the text null and from nothing, in rows too wide for a table as well", async () => {
    const values = "select null as a, 'null' as b, '' as c, ' x' as d";
    const { diagnostic } = await run(testStep("texts", [], "error", values));
    expect(diagnostic?.frame).toBe("a    | b      | c  | d\nnull | 'null' | '' | ' x'");
    const wide = await run(
      testStep("wide", [], "error", `select '' as a, '${"x".repeat(200)}' as b`),
    );
    expect(wide.diagnostic?.frame).toMatch(/^a='' {2}b=x+$/);
  });

  test("whose query is refused by the engine is a failure, not a pass", async () => {
    await expect(run(testStep("typo", [], "error", "select nothing_there"))).rejects.toThrow(
      /nothing_there/,
    );
  });
});

describe("thresholds", () => {
  const status = async (rows: number, settings: Partial<TestSettings>) =>
    (await run(breaking(rows, settings))).status;

  test("an error above a number of rows, and below it a warning", async () => {
    const errorIf = { operator: ">", rows: 3 } as const;
    expect(await status(4, { errorIf })).toBe("failed");
    expect(await status(3, { errorIf })).toBe("warned");
    expect(await status(0, { errorIf })).toBe("ok");
  });

  test("no warning at or below another number", async () => {
    const settings = {
      warnIf: { operator: ">=", rows: 2 },
      errorIf: { operator: ">", rows: 3 },
    } as const;
    const all = [0, 1, 2, 3, 4].map((rows) => status(rows, settings));
    expect(await Promise.all(all)).toEqual(["ok", "ok", "warned", "warned", "failed"]);
  });

  test("a test that only warns never fails", async () => {
    const settings = { severity: "warn", errorIf: { operator: ">", rows: 1 } } as const;
    expect(await status(9, settings)).toBe("warned");
  });

  test.each([
    [">", [false, false, true]],
    [">=", [false, true, true]],
    ["<", [true, false, false]],
    ["<=", [true, true, false]],
    ["=", [false, true, false]],
    ["!=", [true, false, true]],
  ] as const)("%s compares as it reads", (operator, expected) => {
    const threshold = { operator, rows: 2 };
    const subject: DataTest = { ...breaking(0).test, errorIf: threshold, warnIf: threshold };
    expect([1, 2, 3].map((rows) => judge(subject, rows, undefined) === "failed")).toEqual(expected);
  });

  test("a limit is the most rows that are counted, and the message says so", async () => {
    const step = breaking(0, { limit: 2 });
    const query = `select * from (\n${fiveRows}\n) as failing\nlimit 2`;
    const { failures, diagnostic } = await run({ ...step, query });
    expect(failures).toBe(2);
    expect(diagnostic?.message).toBe("broken: at least 2 rows break this test.");
  });
});

describe("rows that break a test", () => {
  const kept = async (table: string) => (await engine.query(`select * from ${table}`)).rows;
  const exists = async (name: string) => {
    const { rows } = await engine.query(
      `select 1 from information_schema.tables where table_name = '${name}'`,
    );
    return rows.length > 0;
  };

  test("are kept with their run, replaced by those of the next one, and gone when it passes", async () => {
    const storing = { ...breaking(2), storesFailures: true };
    const { diagnostic } = await run(storing);
    expect(diagnostic?.hint).toBe("All of them: runner failures broken");
    expect(await kept("_failures.broken")).toEqual([
      { _test_run_id: "run1", id: 0 },
      { _test_run_id: "run1", id: 1 },
    ]);
    await run({ ...breaking(1), storesFailures: true }, "run2");
    expect(await kept("_failures.broken")).toEqual([{ _test_run_id: "run2", id: 0 }]);
    await run({ ...breaking(0), storesFailures: true }, "run3");
    expect(await exists("broken")).toBe(false);
  });

  test("of an earlier run do not stay when nobody keeps those of a later one", async () => {
    await run({ ...breaking(2), storesFailures: true });
    await run(breaking(3), "run2");
    expect(await exists("broken")).toBe(false);
  });

  test("that have two columns of one name are kept all the same", async () => {
    const twice = testStep("twice", [], "error", "select 1 as id, 2 as id");
    await run({ ...twice, storesFailures: true });
    expect(await kept("_failures.twice")).toHaveLength(1);
  });

  test("are told as an event where they were asked for, as many as were asked for", async () => {
    await run({ ...breaking(5), shownRows: 4 });
    expect(events).toEqual([
      expect.objectContaining({
        type: "failing_rows",
        test: "broken",
        total: 5,
        rows: [{ id: 0 }, { id: 1 }, { id: 2 }, { id: 3 }],
      }),
    ]);
    await run({ ...breaking(0), shownRows: 4 });
    expect(events).toHaveLength(1);
  });
});
