import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { intervalUnits, isCovered, mergeIntervals } from "../../core/interval.ts";
import { production } from "../../core/environment.ts";
import type { Incremental } from "../../core/materialization.ts";
import { findPortabilityProblems } from "../../dialect/portability.ts";
import { modelOf, TestModels, writeStepOf } from "../../execute/testing/models.ts";
import { dueIntervals, missedIntervals } from "./due-intervals.ts";

type ByInterval = Incremental & { readonly strategy: "by_interval" };
const byDay: ByInterval = {
  ...{ type: "incremental", strategy: "by_interval", cursor: "sold_at", interval: "day" },
  ...{ begin: "2026-02-27T00:00:00.000Z", lookback: 1 },
  ...{ onSchemaChange: "fail", fullRefresh: "allow" },
};
const columns = "id integer, sold_at timestamp";
const bounded = "select id, sold_at from sale where sold_at >= {{since}} and sold_at < {{until}}";
const daily = (more: Partial<ByInterval> = {}, sql = bounded, declared = columns) => [
  modelOf("gold.daily", { ...byDay, ...more }, declared, sql),
];
const days = (...given: readonly [string, string]) => ({
  start: `2026-${given[0]}T00:00:00.000Z`,
  end: `2026-${given[1]}T00:00:00.000Z`,
});

let models: TestModels;
beforeEach(async () => {
  models = await TestModels.open(
    "create table sale (id integer, sold_at timestamp)",
    "insert into sale values (1, '2026-02-26 23:59:59'), (2, '2026-02-27'), (3, '2026-02-28 12:00:00'), (4, '2026-03-01 23:59:59.999999')",
  );
});
afterEach(() => models.close());

const ids = async () =>
  (await models.rows("select id from gold.daily order by id")).map(({ id }) => id);
const covered = async () =>
  (await models.warehouse.ledger.state(production)).published.get("gold.daily")?.intervals;

describe("a model by interval", () => {
  test("is built from its beginning to now, one statement an interval, and knows what it has covered", async () => {
    const { plan, outcomes } = await models.build(2, daily());
    expect(outcomes).toMatchObject([{ status: "ok", rows: 3, mode: "table" }]);
    expect(writeStepOf(plan, "gold.daily").intervals?.map(({ name }) => name)).toEqual([
      ...["2026-02-27", "2026-02-28", "2026-03-01"],
    ]);
    expect(await ids()).toEqual([2, 3, 4]);
    expect(await covered()).toEqual([days("02-27", "03-02")]);
  });

  test("builds the unfinished interval of now without counting it as covered, and again later", async () => {
    const models4 = { ...daily()[0]! };
    const request = { run: { id: "run2", startedAt: "2026-03-02T06:00:00.000Z" } };
    await models.execute("insert into sale values (5, '2026-03-02 01:00:00')");
    await models.build(2, [models4], request);
    expect(await ids()).toEqual([2, 3, 4, 5]);
    expect(await covered()).toEqual([days("02-27", "03-02")]);
    await models.execute("insert into sale values (6, '2026-03-02 07:00:00')");
    await models.build(3, [models4]);
    expect(await ids()).toEqual([2, 3, 4, 5, 6]);
    expect(await covered()).toEqual([days("02-27", "03-03")]);
  });

  test("looks back as far as it says and no further, for rows that came late", async () => {
    await models.build(2, daily());
    await models.execute(
      "insert into sale values (7, '2026-02-28'), (8, '2026-03-01'), (9, '2026-03-02')",
    );
    await models.build(3, daily());
    expect(await ids()).toEqual([2, 3, 4, 8, 9]);
  });

  test("builds one stretch again alone, and takes away what that no longer yields", async () => {
    await models.build(3, daily());
    await models.execute(
      "delete from sale where id = 3",
      "insert into sale values (7, '2026-02-28'), (8, '2026-03-02')",
    );
    const { plan } = await models.build(4, daily(), { interval: days("02-28", "03-01") });
    expect(writeStepOf(plan, "gold.daily").intervals?.map(({ name }) => name)).toEqual([
      "2026-02-28",
    ]);
    expect(await ids()).toEqual([2, 4, 7]);
    expect((await models.warehouse.lake.readManifest("gold.daily"))?.runId).toBe("run4");
  });

  test("that loses an interval's only row loses it in the lake too", async () => {
    await models.build(3, daily());
    await models.execute("delete from sale where id = 3");
    const { outcomes } = await models.build(4, daily(), { interval: days("02-28", "03-01") });
    expect(outcomes).toMatchObject([{ rows: 0 }]);
    expect(await ids()).toEqual([2, 4]);
    const manifest = await models.warehouse.lake.readManifest("gold.daily");
    expect(manifest?.files.map(({ rows }) => rows)).toEqual([2]);
  });

  test("tells of intervals that were left out, and fills them when asked", async () => {
    await models.build(3, daily(), { interval: days("03-01", "03-02") });
    const { plan } = await models.build(4, daily({ lookback: 0 }));
    expect(await covered()).toEqual([days("03-01", "03-04")]);
    expect(plan.notes).toEqual([
      "gold.daily was never built for 2 days (2026-02-27, 2026-02-28): runner build --select gold.daily --gaps",
    ]);
    const filled = await models.build(5, daily({ lookback: 0 }), { gaps: true });
    expect(filled.plan.notes).toEqual([]);
    expect(writeStepOf(filled.plan, "gold.daily").intervals?.map(({ name }) => name)).toEqual([
      ...["2026-02-27", "2026-02-28", "2026-03-04"],
    ]);
    expect(await covered()).toEqual([days("02-27", "03-05")]);
    expect(await ids()).toEqual([2, 3, 4]);
  });

  test("is taken back by its undo statements to the table before, row for row", async () => {
    await models.build(3, daily());
    const before = await models.physicalRows("gold.daily");
    await models.execute(
      "delete from sale where id < 4",
      "insert into sale values (7, '2026-02-28')",
    );
    const { plan } = await models.build(4, daily(), { interval: days("02-27", "03-02") });
    expect(await models.physicalRows("gold.daily")).not.toEqual(before);
    await models.execute(...writeStepOf(plan, "gold.daily").undo!.statements);
    expect(await models.physicalRows("gold.daily")).toEqual(before);
  });

  test.each([
    ["select id, sold_at from sale", "rows_outside=3"],
    [
      "select id, cast(null as timestamp) as sold_at from sale where sold_at >= {{since}} and sold_at < {{until}}",
      "rows_outside=1  lowest=null",
    ],
  ])("refuses rows that no rerun of their interval would find again: %s", async (sql, told) => {
    const { status, problems } = await models.build(2, daily({}, sql));
    expect(status).toBe("failed");
    expect(problems).toMatchObject([
      { code: "INTERVAL_ROWS_OUTSIDE", frame: expect.stringContaining(told) },
    ]);
    expect(problems[0]?.frame).toContain("since=2026-02-27 00:00:00");
  });

  test("fails whole when one interval fails, and names that interval and the line", async () => {
    await models.execute("alter table sale add column word varchar");
    await models.execute("update sale set word = case when id = 3 then 'three' else '1' end");
    const sql =
      "select\n  cast(word as integer) as id,\n  sold_at\nfrom sale\nwhere sold_at >= {{since}} and sold_at < {{until}}";
    const { status, problems } = await models.build(2, daily({}, sql));
    expect(status).toBe("failed");
    expect(problems).toMatchObject([
      {
        code: "SQL_FAILED",
        message: expect.stringContaining("gold.daily cannot be built for 2026-02-28: "),
      },
    ]);
    expect((await models.warehouse.ledger.state(production)).published.size).toBe(0);
  });

  test("is built from its beginning again by a full refresh", async () => {
    await models.build(2, daily());
    await models.execute("insert into sale values (7, '2026-02-27')");
    await models.build(3, daily(), { fullRefresh: true });
    expect(await ids()).toEqual([2, 3, 4, 7]);
  });

  test("takes dates as well as times for its cursor", async () => {
    const sql =
      "select id, cast(sold_at as date) as sold_at from sale where cast(sold_at as date) >= {{since}} and cast(sold_at as date) < {{until}}";
    const dated = (number: number) =>
      models.build(number, daily({}, sql, "id integer, sold_at date"));
    await dated(2);
    await models.execute("insert into sale values (8, '2026-03-01')");
    await dated(3);
    expect(await ids()).toEqual([2, 3, 4, 8]);
  });

  test("is built by whole intervals, and says so when it was asked for less", async () => {
    const request = {
      interval: { start: "2026-02-28T06:00:00.000Z", end: "2026-03-01T01:00:00.000Z" },
    };
    const { plan } = await models.plan(4, daily(), request);
    expect(plan.notes).toContain(
      "gold.daily is built by the day: 2026-02-28T06:00:00..2026-03-01T01:00:00 stands for 2026-02-28 to 2026-03-01.",
    );
  });

  test("says so when it is asked for a stretch that it does not reach", async () => {
    const { diagnostics } = await models.plan(2, daily(), { interval: days("01-01", "01-05") });
    expect(diagnostics).toMatchObject([
      { code: "CLI_USAGE", message: "gold.daily has no interval in 2026-01-01..2026-01-05." },
    ]);
  });

  test("is written in words that every engine reads alike", async () => {
    await models.build(2, daily());
    const { plan } = await models.plan(3, daily());
    const { write, publish, undo, guards } = writeStepOf(plan, "gold.daily");
    const queries = (guards ?? []).map(({ query }) => query);
    for (const statement of [...write, ...publish, ...undo!.statements, ...queries]) {
      expect(findPortabilityProblems(statement)).toEqual([]);
    }
  });
});

describe("the intervals that are due", () => {
  const rules = fc.record({
    interval: fc.constantFrom(...intervalUnits.filter((unit) => unit !== "hour")),
    begin: fc.constant("2026-01-07T00:00:00.000Z"),
    lookback: fc.integer({ min: 0, max: 3 }),
  });
  const hours = fc.array(fc.integer({ min: 1, max: 40 * 24 }), { minLength: 1, maxLength: 6 });

  test("leave no gap and nothing uncovered that has ended, however long the machine slept between runs", () => {
    fc.assert(
      fc.property(rules, hours, (given, pauses) => {
        let covered: ReturnType<typeof mergeIntervals> = [];
        let clock = Date.parse(given.begin);
        for (const pause of pauses) {
          clock += pause * 3_600_000;
          const now = new Date(clock).toISOString();
          const due = dueIntervals(given, { covered, now, gaps: false });
          for (const { start } of due) expect(start < now).toBe(true);
          covered = mergeIntervals([...covered, ...due.filter(({ end }) => end <= now)]);
          expect(missedIntervals(given, covered, now)).toEqual([]);
          expect(covered.length).toBeLessThan(2);
          const current = due.at(-1)!;
          expect(current.end > now || current.end === now).toBe(true);
        }
      }),
    );
  });

  test("with gaps are all that is not covered, whatever was built in any order before", () => {
    fc.assert(
      fc.property(rules, hours, (given, picked) => {
        const now = "2026-04-01T05:00:00.000Z";
        const start = (hour: number) => Date.parse(given.begin) + hour * 3_600_000;
        let covered: ReturnType<typeof mergeIntervals> = [];
        for (const hour of picked) {
          const only = {
            start: new Date(start(hour)).toISOString(),
            end: new Date(start(hour + 30)).toISOString(),
          };
          const built = dueIntervals(given, { covered, now, gaps: false, only });
          covered = mergeIntervals([...covered, ...built.filter(({ end }) => end <= now)]);
        }
        const due = dueIntervals(given, { covered, now, gaps: true });
        for (const missed of missedIntervals(given, covered, now)) {
          expect(isCovered(missed, mergeIntervals(due))).toBe(true);
        }
      }),
    );
  });
});
