import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Model } from "../../runner/core/node.ts";
import type { RelationName } from "../../runner/core/relation.ts";
import { good, goodRefund, smallShop } from "../testing/shop-rows.ts";
import { compileProject, isAboutExtraction, Warehouse } from "../testing/warehouse.ts";

let warehouse: Warehouse;

/** Every model's rows stand in a table of their own, so that one can be damaged while all others stay as they were built. */
beforeAll(async () => {
  warehouse = await Warehouse.open();
  await warehouse.extract("2026-01-02T00:00:00Z", smallShop);
  await warehouse.extract("2026-01-02T00:00:00Z", {
    customer: [{ ...good.customer, id: 2 }],
    vendor: [{ ...good.vendor, id: 2 }],
    inventory: [{ ...good.inventory, id: 2, price: "0.07" }],
    transaction: [{ ...good.transaction, transaction_id: "t2" }, goodRefund.transaction],
    transaction_line: [
      { ...good.transaction_line, transaction_id: "t2", item_id: 2 },
      goodRefund.transaction_line,
    ],
    cart: [{ ...good.cart, cart_id: "USER#2" }],
    cart_line: [{ ...good.cart_line, cart_id: "USER#2" }],
  });
  // A row that breaks a rule, so that what is rejected can be lost as well.
  await warehouse.extract("2026-01-02T00:00:00Z", {
    inventory: [{ ...good.inventory, id: 3, price: "-1.00" }],
  });
  await warehouse.build();
  await warehouse.execute("create schema built");
  const models = await modelsOf();
  for (const { relation } of models) {
    await warehouse.execute(`create table ${builtName(relation)} as select * from ${relation}`);
  }
  for (const { relation, materialization } of models) {
    const kind = materialization.type === "view" ? "view" : "table";
    await warehouse.execute(`drop ${kind} ${relation}`);
    await show(relation, `select * from ${builtName(relation)}`);
  }
}, 120_000);
afterAll(() => warehouse.close());

async function modelsOf(): Promise<readonly Model[]> {
  const { graph } = await compileProject();
  return [...graph.nodes.values()].filter((node): node is Model => node.kind === "model");
}

function builtName(relation: RelationName): string {
  return `built.${relation.replace(".", "__")}`;
}

function show(relation: RelationName, query: string): Promise<void> {
  return warehouse.execute(`create or replace view ${relation} as ${query}`);
}

/** The error tests that read a relation and can be told without a source. */
async function testsOf(relation: RelationName): Promise<readonly string[]> {
  const { graph } = await compileProject();
  return [...graph.nodes.values()].flatMap((node) => {
    if (node.kind !== "test" || node.severity !== "error" || isAboutExtraction(node)) return [];
    const reads = graph.parents.get(`test.${node.name}`) ?? [];
    return reads.includes(relation) ? [node.name] : [];
  });
}

interface Damage {
  readonly what: string;
  /** Of the rows of `built`, whose `row_position` counts from 1. */
  readonly query: (built: string) => string;
}

const lost: Damage = {
  what: "lost",
  query: (built) => `select * exclude (row_position) from ${built} where row_position <> 1`,
};
const doubled: Damage = {
  what: "doubled",
  query: (built) =>
    `select * exclude (row_position) from ${built} union all select * exclude (row_position) from ${built} where row_position = 1`,
};

function altered(column: string): Damage {
  return {
    what: `altered by a cent in ${column}`,
    query: (built) =>
      `select * exclude (row_position) replace (cast(case when row_position = 1 then ${column} + 0.01 else ${column} end as decimal(18, 2)) as ${column}) from ${built}`,
  };
}

function damagesOf({ columns }: Model): readonly Damage[] {
  const amounts = columns.filter(({ type }) => type.kind === "decimal");
  return [lost, doubled, ...amounts.map(({ name }) => altered(name))];
}

/** The rows of a relation, counted from the last of its key on: the unknown member, -1, comes last. */
function counted({ relation, columns }: Model): string {
  const [first] = columns;
  return `(select *, row_number() over (order by ${first?.name ?? "1"} desc) as row_position from ${builtName(relation)})`;
}

test("no test fails on what was built", async () => {
  const { graph } = await compileProject();
  const rejected = ["no_row_is_rejected"];
  expect(graph.nodes.size).toBeGreaterThan(200);
  expect((await warehouse.failing("error")).filter((name) => !rejected.includes(name))).toEqual([]);
});

test("a row that is lost or doubled, and an amount that is off by a cent, fail a test in whatever model it happens", async () => {
  const missed: string[] = [];
  let tried = 0;
  for (const model of await modelsOf()) {
    const { relation } = model;
    const tests = await testsOf(relation);
    // What stands there undamaged is what the source said.
    const said = await warehouse.sourceTotals(relation);
    for (const { what, query } of damagesOf(model)) {
      tried += 1;
      await show(relation, query(counted(model)));
      const failing = await warehouse.failing("error", tests);
      const now = await warehouse.sourceTotals(relation);
      const unequal = Object.keys(said).filter((name) => said[name] !== now[name]);
      if (failing.length + unequal.length === 0) missed.push(`${relation}: ${what}`);
    }
    await show(relation, `select * from ${builtName(relation)}`);
  }
  expect(tried).toBeGreaterThan(60);
  expect(missed).toEqual([]);
}, 120_000);
