import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { production } from "../../core/environment.ts";
import type { GenericTest } from "../../core/data-test.ts";
import type { NodeId } from "../../core/node.ts";
import type { RelationName } from "../../core/relation.ts";
import { modelOf, TestModels } from "../../execute/testing/models.ts";
import { dataTest } from "../../graph/testing/project.ts";

let models: TestModels;
beforeEach(async () => {
  models = await TestModels.open("create table sale as select 1 as id union all select 2");
});
afterEach(() => models.close());

const base = modelOf("cleaned.base", { type: "table" }, "id integer", "select id from sale");
const inner = modelOf(
  "work.inner",
  { type: "ephemeral" },
  "id integer",
  'select id from {{ref "cleaned.base"}} where id > 1',
);
const outer = modelOf(
  "work.outer",
  { type: "ephemeral" },
  "id integer, twice integer",
  'select id, cast(id * 2 as integer) as twice from {{ref "work.inner"}}',
);
const reader = modelOf(
  "gold.reader",
  { type: "table" },
  "twice integer",
  'with o as (select * from {{ref "work.outer"}}) select twice from o',
);
const all = [base, inner, outer, reader];
const only = (...ids: NodeId[]) => ({ selected: new Set(ids) });

function notNull(relation: RelationName, column: string): GenericTest {
  return {
    ...dataTest(`not_null.${relation}.${column}`, []),
    form: "generic",
    relation,
    assertion: { type: "expression", expression: `${column} < 3` },
  };
}

describe("an ephemeral model", () => {
  test("is read through others without ever being in the warehouse, the ledger or the lake", async () => {
    const { status } = await models.build(1, all);
    expect(status).toBe("succeeded");
    expect(await models.rows("select * from gold.reader")).toEqual([{ twice: 4 }]);
    const tables = await models.rows(
      "select table_schema, table_name from information_schema.tables where table_name like '%inner%' or table_name like '%outer%'",
    );
    expect(tables).toEqual([]);
    const { published } = await models.warehouse.ledger.state(production);
    expect([...published.keys()].sort()).toEqual(["cleaned.base", "gold.reader"]);
    expect(await models.warehouse.lake.relations()).not.toContain("work.inner");
  });

  test("lets its reader wait for what it reads, when it is no part of the run itself", async () => {
    await models.build(1, all);
    await models.execute("insert into sale values (3)");
    const { status, plan } = await models.build(2, all, only("cleaned.base", "gold.reader"));
    expect(status).toBe("succeeded");
    expect(plan.steps.find(({ id }) => id === "gold.reader")?.after).toEqual(["cleaned.base"]);
    expect(await models.rows("select * from gold.reader order by 1")).toEqual([
      { twice: 4 },
      { twice: 6 },
    ]);
  });

  test("needs what it reads to have been built, and that is told by its name", async () => {
    const { diagnostics } = await models.plan(1, all, only("gold.reader"));
    expect(diagnostics).toMatchObject([
      {
        code: "UPSTREAM_MISSING",
        message: expect.stringContaining("gold.reader reads cleaned.base"),
      },
    ]);
  });

  test("has its columns compared with its contract before anything that reads it is written", async () => {
    const wrong = { ...outer, columns: inner.columns };
    const { status, problems, outcomes } = await models.build(1, [base, inner, wrong, reader]);
    expect(status).toBe("failed");
    expect(problems).toMatchObject([{ code: "CONTRACT_MISMATCH" }]);
    expect(outcomes.find(({ id }) => id === "gold.reader")?.status).toBe("skipped");
    expect((await models.warehouse.ledger.state(production)).published.has("gold.reader")).toBe(
      false,
    );
  });

  test("is tested like any other, and its failing test holds its readers back", async () => {
    const { status, outcomes } = await models.build(1, all, {
      tests: [notNull("work.outer", "twice")],
    });
    expect(status).toBe("failed");
    expect(outcomes.find(({ id }) => id.startsWith("test."))).toMatchObject({
      status: "failed",
      rows: 1,
    });
    expect(outcomes.find(({ id }) => id === "gold.reader")?.status).toBe("skipped");
  });

  test("is tested by itself over what is published", async () => {
    await models.build(1, all);
    const plain = dataTest("singular", ["work.outer"]);
    const text = 'select * from {{ref "work.outer"}} where id = 2';
    const singular = { ...plain, template: { ...plain.template, text } };
    const { outcomes } = await models.build(2, all, {
      tests: [notNull("work.outer", "id"), singular],
      ...only("test.singular", "test.not_null.work.outer.id"),
    });
    expect(Object.fromEntries(outcomes.map(({ id, status }) => [id, status]))).toEqual({
      "test.singular": "failed",
      "test.not_null.work.outer.id": "ok",
    });
  });

  test("comes into an environment with what reads it, and not when nothing there differs", async () => {
    await models.build(1, all);
    const state = await models.warehouse.ledger.state("alice");
    const idsOf = async (...given: typeof all) =>
      (await models.plan(2, given, { state })).plan.steps.map(({ id }) => id);
    expect(await idsOf(...all)).toEqual([]);
    const text = 'select id from {{ref "cleaned.base"}} where id > 0';
    const changed = { ...inner, template: { ...inner.template, text } };
    expect(await idsOf(base, changed, outer, reader)).toEqual([
      "work.inner",
      "work.outer",
      "gold.reader",
    ]);
  });

  test("that was a table tells its readers that nothing renews that table any more", async () => {
    await models.build(1, [base, { ...inner, materialization: { type: "table" } }]);
    const { plan } = await models.build(2, [base, inner]);
    expect(plan.notes).toEqual([
      "work.inner is ephemeral now: its table stays as it was last published, and no run changes it any more; runner prune takes it away.",
    ]);
  });
});
