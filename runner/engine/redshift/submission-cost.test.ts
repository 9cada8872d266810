import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import type { SubmissionCost } from "../../core/engine-load.ts";
import type { RedshiftEngine } from "./engine.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

let warehouse: TestWarehouse;
let engine: RedshiftEngine;
let costs: SubmissionCost[] = [];

beforeAll(async () => {
  warehouse = await openTestWarehouse();
  const opened = await warehouse.open();
  await opened.execute("create table kept (id integer)");
  engine = opened.metered((cost) => costs.push(cost));
});

afterEach(() => {
  warehouse.server.faults.clear();
  costs = [];
});

afterAll(() => warehouse.close());

const inserts = [1, 2, 3].map((id) => `insert into kept values (${id})`);

test("each submission's cost is told: rows, bytes, time in the queue and time at work", async () => {
  warehouse.server.faults.add(
    { kind: "queue", milliseconds: 200, sql: "from kept" },
    { kind: "slowness", milliseconds: 100, sql: "from kept" },
  );
  await engine.query("select 'abc' as a, count(*) as b from kept");
  expect(costs).toHaveLength(1);
  const [told] = costs;
  expect(told).toMatchObject({ status: "finished", statements: 1, rows: 1, bytes: 4 });
  expect(told!.queueMilliseconds).toBeGreaterThanOrEqual(199);
  expect(told!.executionMilliseconds).toBeGreaterThanOrEqual(99);
  await engine.transaction(inserts);
  expect(costs.at(-1)).toMatchObject({ rows: 3, statements: 3 });
});

test("of engines that ask at the same time, each is told the cost of what was asked by way of it, and of nothing else", async () => {
  const asked = [3, 1, 2].map((rows) => {
    const own: SubmissionCost[] = [];
    const query = Array.from({ length: rows }, (_, index) => `select ${index} as a`);
    return {
      rows,
      own,
      query: query.join(" union all "),
      view: engine.metered((c) => own.push(c)),
    };
  });
  await Promise.all([
    ...asked.map(({ view, query }) => view.query(query)),
    ...asked.map(({ view, query }) => view.transaction([query, "select 1"])),
    ...asked.map(({ view, query }) => view.describe(query)),
    engine.execute("select 1"),
  ]);
  for (const { rows, own } of asked) {
    expect(own.map((cost) => cost.rows).toSorted()).toEqual([0, rows, rows + 1].toSorted());
  }
  expect(new Set(costs.map(({ id }) => id)).size).toBe(10);
  expect(costs).toEqual(expect.arrayContaining(asked.flatMap(({ own }) => own)));
});

test("every try of a transaction costs, and what failed says so", async () => {
  const own: SubmissionCost[] = [];
  const view = engine.metered((cost) => own.push(cost));
  warehouse.server.faults.add({ kind: "conflict", sql: "insert", times: 2 });
  await view.transaction(inserts);
  expect(own.map(({ status }) => status)).toEqual(["failed", "failed", "finished"]);
});
