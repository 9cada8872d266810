import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { publicName } from "../../core/published-name.ts";
import type { Incremental } from "../../core/materialization.ts";
import { findPortabilityProblems } from "../../dialect/portability.ts";
import { modelOf, TestModels, writeStepOf } from "../../execute/testing/models.ts";

const kept = { onSchemaChange: "fail", fullRefresh: "allow" } as const;
const merge: Incremental = {
  ...{ type: "incremental", strategy: "merge", key: ["id"], cursor: "sold_at" },
  ...kept,
};
const append: Incremental = { type: "incremental", strategy: "append", cursor: "sold_at", ...kept };
const deleteInsert: Incremental = {
  ...{ type: "incremental", strategy: "delete_insert", replace: ["part"], cursor: "sold_at" },
  ...kept,
};
const columns = "id integer, part varchar(10), amount decimal(10,2), sold_at timestamp";
const sql =
  "select * from sale{{#incremental}} where sold_at > {{since}} and sold_at <= {{until}}{{/incremental}}";
const grown = (materialization: Incremental) => [
  modelOf("gold.sales", materialization, columns, sql),
];

let models: TestModels;

beforeEach(async () => {
  models = await TestModels.open(
    "create table sale (id integer, part varchar, amount decimal(10,2), sold_at timestamp)",
    "insert into sale values (1, 'a', 1.10, '2026-02-01'), (2, 'a', 2, '2026-02-01'), (3, null, 3, '2026-02-01'), (4, 'b', 4, '2026-02-01')",
  );
});
afterEach(() => models.close());

const published = () => models.rows("select id, part, amount from gold.sales order by all");
const secondDay = () =>
  models.execute(
    "insert into sale values (1, 'a', 9, '2026-03-01'), (5, null, 5, '2026-03-01'), (6, 'c', 6, '2026-03-01')",
  );

describe("each strategy", () => {
  test.each([
    [merge, ["1 a 9.00", "2 a 2.00", "3 null 3.00", "4 b 4.00", "5 null 5.00", "6 c 6.00"]],
    [
      append,
      ["1 a 1.10", "1 a 9.00", "2 a 2.00", "3 null 3.00", "4 b 4.00", "5 null 5.00", "6 c 6.00"],
    ],
    // The parts a and null of the delta take the place of theirs; b has no new row and stays.
    [deleteInsert, ["1 a 9.00", "4 b 4.00", "5 null 5.00", "6 c 6.00"]],
  ])("joins new rows to the published ones in its own way: $strategy", async (how, expected) => {
    await models.build(1, grown(how));
    await secondDay();
    const { plan, status } = await models.build(2, grown(how));
    expect(status).toBe("succeeded");
    expect(writeStepOf(plan, "gold.sales").mode).toBe("delta");
    expect(
      (await published()).map((row) => Object.values(row).join(" ").replace("  ", " null ")),
    ).toEqual(expected);
  });

  test.each([merge, append, deleteInsert])(
    "leaves readers no trace of the column that tells which run wrote a row: $strategy",
    async (how) => {
      await models.build(1, grown(how));
      await secondDay();
      await models.build(2, grown(how));
      expect(Object.keys((await models.rows("select * from gold.sales"))[0]!)).not.toContain(
        "_run_id",
      );
      const writers = await models.physicalRows("gold.sales");
      expect(new Set(writers.map((row) => row._run_id))).toEqual(new Set(["run1", "run2"]));
    },
  );

  test.each([merge, append, deleteInsert])(
    "shows that column to no reader in the run that builds it anew either: $strategy",
    async (how) => {
      const reader = modelOf(
        "gold.copy",
        { type: "table" },
        columns,
        'select * from {{ref "gold.sales"}}',
      );
      for (const number of [1, 2]) {
        const { problems } = await models.build(number, [...grown(how), reader], {
          fullRefresh: true,
        });
        expect(problems).toEqual([]);
      }
    },
  );

  const rowsOfDelta = fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: 5 }),
      part: fc.option(fc.constantFrom("a", "b", "")),
      amount: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 6 },
  );

  test.each([merge, append, deleteInsert])(
    "is taken back by its undo statements to the table before, row for row: $strategy",
    async (how) => {
      await fc.assert(
        fc.asyncProperty(rowsOfDelta, async (delta) => {
          const fresh = await TestModels.open(
            "create table sale (id integer, part varchar, amount decimal(10,2), sold_at timestamp)",
            "insert into sale values (1, 'a', 1.10, '2026-02-01'), (2, '', 2, '2026-02-01'), (3, null, 3, '2026-02-01')",
          );
          try {
            await fresh.build(1, grown(how));
            const before = await fresh.physicalRows("gold.sales");
            for (const { id, part, amount } of delta) {
              const text = part === null ? "null" : `'${part}'`;
              await fresh.execute(
                `insert into sale values (${id}, ${text}, ${amount}, '2026-03-01')`,
              );
            }
            const { plan } = await fresh.build(2, grown(how));
            const { undo } = writeStepOf(plan, "gold.sales");
            await fresh.execute(...undo!.statements);
            expect(await fresh.physicalRows("gold.sales")).toEqual(before);
            for (const name of undo!.physical) {
              await expect(fresh.rows(`select * from ${name}`)).rejects.toThrow("does not exist");
            }
          } finally {
            await fresh.close();
          }
        }),
        { numRuns: 8 },
      );
    },
    30_000,
  );

  test.each([merge, append, deleteInsert])(
    "changes nothing when nothing is new: $strategy",
    async (how) => {
      await models.build(1, grown(how));
      const before = await models.physicalRows("gold.sales");
      const { outcomes } = await models.build(2, grown(how));
      expect(outcomes).toMatchObject([{ rows: 0, mode: "delta" }]);
      expect(await models.physicalRows("gold.sales")).toEqual(before);
    },
  );

  test.each([merge, append, deleteInsert])(
    "is written in words that every engine reads alike: $strategy",
    async (how) => {
      await models.build(1, grown(how));
      const { plan } = await models.plan(2, grown(how));
      const { write, publish, undo } = writeStepOf(plan, "gold.sales");
      for (const statement of [...write, ...publish, ...undo!.statements]) {
        expect(findPortabilityProblems(statement)).toEqual([]);
      }
    },
  );
});

describe("a merge", () => {
  test.each([1, 2])(
    "of rows without a key is refused in run %s, for a later run could only double them",
    async (run) => {
      if (run === 2) await models.build(1, grown(merge));
      await models.execute("insert into sale values (null, 'a', 9, '2026-03-01')");
      const { status, problems } = await models.build(run, grown(merge));
      expect(status).toBe("failed");
      expect(problems).toMatchObject([
        { code: "KEY_NULL", frame: expect.stringContaining("id=null  part=a") },
      ]);
      if (run === 2) expect(await published()).toHaveLength(4);
    },
  );
});

describe("columns that become more", () => {
  const more = `${columns}, colour varchar(10)`;
  const coloured = (how: Incremental, onSchemaChange: Incremental["onSchemaChange"] = "add") => [
    modelOf(
      "gold.sales",
      { ...how, onSchemaChange },
      more,
      sql.replace("*", "*, cast('red' as varchar(10)) as colour"),
    ),
  ];

  test.each([merge, append, deleteInsert])(
    "are null in the rows that were there, which are replaced as ever: $strategy",
    async (how) => {
      await models.build(1, grown(how));
      await secondDay();
      const { status, plan } = await models.build(2, coloured(how));
      expect(status).toBe("succeeded");
      expect(writeStepOf(plan, "gold.sales")).not.toHaveProperty("undo");
      const colours = await models.rows(
        "select colour, min(sold_at) >= '2026-03-01' as is_new from gold.sales group by colour order by 1",
      );
      expect(colours).toEqual([
        { colour: "red", is_new: true },
        { colour: null, is_new: false },
      ]);
    },
  );

  test.each([merge, append, deleteInsert])(
    "have their values in the rows that were there as well, where the model is rebuilt, once: $strategy",
    async (how) => {
      await models.build(1, grown(how));
      await secondDay();
      const { status, plan } = await models.build(2, coloured(how, "rebuild"));
      expect(status).toBe("succeeded");
      expect(writeStepOf(plan, "gold.sales").mode).toBe("table");
      expect(
        await models.rows("select colour, count(*) as n from gold.sales group by colour"),
      ).toEqual([{ colour: "red", n: 7 }]);
      const again = await models.build(3, coloured(how, "rebuild"));
      expect(writeStepOf(again.plan, "gold.sales").mode).toBe("delta");
    },
  );
});

test("an environment goes on from production's rows in a table of its own, and production's stays", async () => {
  await models.build(1, grown(merge));
  const before = await models.physicalRows("gold.sales");
  await secondDay();
  const state = await models.warehouse.ledger.state("alice");
  const changed = [modelOf("gold.sales", merge, columns, `${sql} -- of alice`)];
  const { status } = await models.build(2, changed, { state });
  expect(status).toBe("succeeded");
  expect(await models.physicalRows("gold.sales")).toEqual(before);
  expect(await published()).toHaveLength(4);
  const own = publicName(state, "gold.sales");
  expect(await models.rows(`select count(*) as n from ${own}`)).toEqual([{ n: 6 }]);
});
