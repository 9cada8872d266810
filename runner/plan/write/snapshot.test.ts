import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { production } from "../../core/environment.ts";
import type { Snapshot } from "../../core/materialization.ts";
import { modelOf, TestModels, writeStepOf } from "../../execute/testing/models.ts";

const kept = { onSchemaChange: "fail", fullRefresh: "keep", deletes: "close" } as const;
const byCheck: Snapshot = {
  ...{ type: "snapshot", key: ["id"], strategy: "check", columns: ["price"] },
  ...kept,
};
const byTime: Snapshot = {
  ...{ type: "snapshot", key: ["id"], strategy: "timestamp", cursor: "changed" },
  ...kept,
};
const columns = "id integer, price decimal(10,2), changed timestamp";
const history = (how: Snapshot, sql = "select * from item", declared = columns) => [
  modelOf("gold.history", how, declared, sql),
];

let models: TestModels;
beforeEach(async () => {
  models = await TestModels.open(
    "create table item (id integer, price decimal(10,2), changed timestamp)",
    "insert into item values (1, 1.50, '2026-02-01'), (2, 2.50, '2026-02-02')",
  );
});
afterEach(() => models.close());

const versions = async () =>
  (
    await models.rows(
      "select id, price, cast(valid_from as date) as f, cast(valid_to as date) as t from gold.history order by id, valid_from",
    )
  ).map((row) => Object.values(row).join(" ").trim());

describe("a snapshot", () => {
  test("by checked columns dates a change by the run that saw it, and ends what is gone", async () => {
    await models.build(1, history(byCheck));
    await models.execute(
      "update item set price = 9, changed = '2026-02-20' where id = 1",
      "delete from item where id = 2",
    );
    const { outcomes } = await models.build(2, history(byCheck));
    expect(outcomes).toMatchObject([{ rows: 3, mode: "delta" }]);
    await models.execute("insert into item values (2, 2.50, '2026-02-02')");
    await models.build(3, history(byCheck));
    expect(await versions()).toEqual([
      "1 1.50 2026-03-01 2026-03-02",
      "1 9.00 2026-03-02",
      "2 2.50 2026-03-01 2026-03-02",
      "2 2.50 2026-03-03",
    ]);
  });

  test("by timestamp dates a change by the row's own time", async () => {
    await models.build(1, history(byTime));
    await models.execute("update item set price = 9, changed = '2026-02-20' where id = 1");
    await models.build(2, history(byTime));
    expect(await versions()).toEqual([
      "1 1.50 2026-02-01 2026-02-20",
      "1 9.00 2026-02-20",
      "2 2.50 2026-02-02",
    ]);
  });

  test.each([byCheck, byTime])(
    "is the same after a run that found nothing new, and its lake file too: $strategy",
    async (how) => {
      await models.build(1, history(how));
      const before = await models.physicalRows("gold.history");
      await models.build(2, history(how));
      expect(await models.physicalRows("gold.history")).toEqual(before);
      expect((await models.warehouse.lake.readManifest("gold.history"))?.runId).toBe("run1");
    },
  );

  test("is taken back by its undo statements to the history before, row for row", async () => {
    await models.build(1, history(byCheck));
    const before = await models.physicalRows("gold.history");
    await models.execute("update item set price = 9", "delete from item where id = 2");
    const { plan } = await models.build(2, history(byCheck));
    expect(await models.physicalRows("gold.history")).not.toEqual(before);
    await models.execute(...writeStepOf(plan, "gold.history").undo!.statements);
    expect(await models.physicalRows("gold.history")).toEqual(before);
  });

  test.each([1, 2])(
    "of a query that yields a key twice stops in run %s before anything is written",
    async (run) => {
      if (run === 2) await models.build(1, history(byCheck));
      await models.execute("insert into item values (2, 7, '2026-02-02')");
      const { status, problems } = await models.build(run, history(byCheck));
      expect(status).toBe("failed");
      expect(problems).toMatchObject([{ code: "KEY_DUPLICATE", frame: "id=2  row_count=2" }]);
      const left = await models.rows(
        `select table_name from information_schema.tables where table_schema = '_physical' and table_name like '%run${run}%'`,
      );
      expect(left).toEqual([]);
    },
  );

  test("by timestamp refuses rows that nothing says the time of", async () => {
    await models.execute("insert into item values (3, 7, null)");
    const { problems } = await models.build(1, history(byTime));
    expect(problems).toMatchObject([{ code: "CURSOR_NULL", frame: "id=3  changed=null" }]);
  });

  test("goes on through a full refresh and says so, unless it may begin anew", async () => {
    await models.build(1, history(byCheck));
    await models.execute("update item set price = 9 where id = 1");
    const { plan } = await models.build(2, history(byCheck), { fullRefresh: true });
    expect(plan.notes).toEqual([expect.stringContaining("gold.history is a snapshot")]);
    expect(await versions()).toHaveLength(3);
    const allowed = history({ ...byCheck, fullRefresh: "allow" });
    expect((await models.build(3, allowed, { fullRefresh: true })).plan.notes).toEqual([]);
    expect(await versions()).toEqual(["1 9.00 2026-03-03", "2 2.50 2026-03-03"]);
  });

  test("does not give way to another kind of model, unless told to", async () => {
    await models.build(1, history(byCheck));
    const table = [modelOf("gold.history", { type: "table" }, columns, "select * from item")];
    expect((await models.plan(2, table)).diagnostics).toMatchObject([
      { code: "MATERIALIZATION_CHANGED" },
    ]);
    expect(await models.plan(2, table, { fullRefresh: true })).toMatchObject({
      diagnostics: [],
      plan: { notes: [expect.stringContaining("its history begins anew")] },
    });
  });
});

describe("the columns of what is kept", () => {
  const more = "id integer, price decimal(10,2), changed timestamp, colour varchar(10)";
  const withColour = "select *, cast('red' as varchar(10)) as colour from item";
  const wider = "id bigint, price decimal(18,3)";
  const widerSql =
    "select cast(id as bigint) as id, cast(price as decimal(18,3)) as price from item";
  const changing = (onSchemaChange: Snapshot["onSchemaChange"]): Snapshot => ({
    ...byCheck,
    onSchemaChange,
  });

  test("that become more are refused, with what would let them", async () => {
    await models.build(1, history(byCheck));
    const { diagnostics } = await models.plan(2, history(byCheck, withColour, more));
    expect(diagnostics).toMatchObject([
      {
        code: "CONTRACT_MISMATCH",
        hint: expect.stringContaining("on_schema_change: add"),
      },
    ]);
  });

  test("that become more are added, null in the old rows; the table before stays as it was", async () => {
    await models.build(1, history(byCheck));
    const { physical } = (await models.warehouse.ledger.state(production)).published.get(
      "gold.history",
    )!;
    const before = await models.rows(`select * from ${physical!} order by all`);
    await models.execute("update item set price = 9 where id = 1");
    const { status, plan } = await models.build(2, history(changing("add"), withColour, more));
    expect(status).toBe("succeeded");
    expect(writeStepOf(plan, "gold.history").undo).toBeUndefined();
    expect(
      await models.rows("select id, price, colour from gold.history order by id, valid_from"),
    ).toEqual([
      { id: 1, price: "1.50", colour: null },
      { id: 1, price: "9.00", colour: "red" },
      { id: 2, price: "2.50", colour: null },
    ]);
    expect(await models.rows(`select * from ${physical!} order by all`)).toEqual(before);
    expect((await models.physicalRows("gold.history")).map((row) => row._run_id)).toEqual([
      // The version that ended was written again, with its end.
      ...["run2", "run2", "run1"],
    ]);
  });

  test("that become other ones are refused by add, and followed by sync with every row", async () => {
    await models.build(1, history(byCheck));
    const { diagnostics } = await models.plan(2, history(changing("add"), widerSql, wider));
    expect(diagnostics).toMatchObject([
      {
        code: "CONTRACT_MISMATCH",
        cause:
          "changed is gone; id was integer and is bigint; price was decimal(10,2) and is decimal(18,3).",
      },
    ]);
    await models.execute("update item set price = 9 where id = 1");
    const { status } = await models.build(2, history(changing("sync"), widerSql, wider));
    expect(status).toBe("succeeded");
    expect(
      await models.rows(
        "select * exclude (snapshot_id, valid_from, valid_to) from gold.history order by id, valid_from",
      ),
    ).toEqual([
      { id: 1, price: "1.500" },
      { id: 1, price: "9.000" },
      { id: 2, price: "2.500" },
    ]);
    await models.build(3, history(changing("sync"), widerSql, wider));
    expect(await models.rows("select count(*) as n from gold.history")).toEqual([{ n: 3 }]);
  });

  test("are never given a new key, by which no published row could be found again", async () => {
    await models.build(1, history(byCheck));
    const keyed = { ...changing("sync"), key: ["id", "colour"] };
    const { diagnostics } = await models.plan(2, history(keyed, withColour, more));
    expect(diagnostics).toMatchObject([
      { message: expect.stringContaining("have no colour, by which new rows find") },
    ]);
  });
});

describe("full_refresh: never", () => {
  test("refuses a full refresh of all that say so, in one message with the way out", async () => {
    const never: Snapshot = { ...byCheck, fullRefresh: "never" };
    const two = [
      ...history(never),
      modelOf("gold.other", never, columns, "select * from item"),
      modelOf("gold.table", { type: "table" }, columns, "select * from item"),
    ];
    expect((await models.plan(1, two, { fullRefresh: true })).diagnostics).toMatchObject([
      {
        code: "FULL_REFRESH_REFUSED",
        message: expect.stringContaining("gold.history, gold.other say full_refresh: never"),
        hint: "Leave them out: --exclude gold.history gold.other",
      },
    ]);
    const selected = new Set(["gold.table" as const]);
    expect((await models.plan(1, two, { fullRefresh: true, selected })).diagnostics).toEqual([]);
    expect((await models.plan(1, two)).diagnostics).toEqual([]);
  });
});
