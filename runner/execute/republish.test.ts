import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { production } from "../core/environment.ts";
import type { Materialization } from "../core/materialization.ts";
import { planRollback, restorable } from "../plan/rollback.ts";
import { collect } from "./collect.ts";
import { rollBack } from "./republish.ts";
import { modelOf, TestModels } from "./testing/models.ts";

const columns = "id integer, part varchar(10), amount integer, sold_at timestamp";
const sql = "select * from sale{{#incremental}} where sold_at > {{since}}{{/incremental}}";
const kept = { onSchemaChange: "sync", fullRefresh: "allow" } as const;
const incremental = { type: "incremental", cursor: "sold_at", ...kept } as const;

const ways: readonly (readonly [string, Materialization])[] = [
  ["merged", { ...incremental, strategy: "merge", key: ["id"] }],
  ["appended", { ...incremental, strategy: "append" }],
  ["replaced", { ...incremental, strategy: "delete_insert", replace: ["part"] }],
  ["rebuilt", { type: "table" }],
  ["viewed", { type: "view" }],
];
const models = ways.map(([name, way]) => modelOf(`work.${name}`, way, columns, sql));

interface Change {
  /** A row that is sold on the day of the build. */
  readonly id: number;
  readonly part: string | null;
  readonly action: "grow" | "refresh" | "roll back" | "widen";
}

const changes = fc.array(
  fc.record<Change>({
    id: fc.integer({ min: 1, max: 3 }),
    part: fc.constantFrom("a", "b", null),
    action: fc.constantFrom("grow", "grow", "grow", "refresh", "roll back", "widen"),
  }),
  { minLength: 3, maxLength: 8 },
);

async function seen(warehouse: TestModels): Promise<string> {
  const relations = models.map(({ relation }) => relation);
  const rows = await Promise.all(
    // A view shows what its source has now, whichever version of it is read.
    relations
      .filter((relation) => relation !== "work.viewed")
      .map((relation) => warehouse.rows(`select * from ${relation} order by all`)),
  );
  return JSON.stringify(rows);
}

async function goBack(warehouse: TestModels, number: number, to?: string): Promise<string> {
  const { ledger, dialect } = warehouse.warehouse;
  const plan = planRollback(await ledger.history(production), to, dialect);
  const run = { id: `run${number}`, startedAt: `2026-03-0${number}T00:00:00.000Z` };
  const state = await ledger.state(production);
  await rollBack(plan, "rollback", { ...warehouse.warehouse, run, state });
  return plan.to.id;
}

describe("a rollback", () => {
  test("shows readers, row for row, what they saw when that run had published, wherever it goes back from", async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (history) => {
        const warehouse = await TestModels.open(
          "create table sale (id integer, part varchar, amount integer, sold_at timestamp)",
        );
        const seenAfter = new Map<string, string>();
        const { ledger } = warehouse.warehouse;
        let extra = "";
        for (const [index, { id, part, action }] of history.entries()) {
          const number = index + 1;
          const earlier = restorable(await ledger.history(production));
          const target = earlier[id % Math.max(earlier.length, 1)];
          if (action === "roll back" && target !== undefined) {
            await goBack(warehouse, number, target.id);
            expect(await seen(warehouse)).toBe(seenAfter.get(target.id));
          } else {
            const value = part === null ? "null" : `'${part}'`;
            await warehouse.execute(
              `insert into sale (id, part, amount, sold_at) values (${id}, ${value}, ${number}, '2026-02-0${number}')`,
            );
            // Another column: the incremental tables are rewritten, and the way back leads to the old ones.
            if (action === "widen" && extra === "") {
              extra = ", note varchar(10)";
              await warehouse.execute("alter table sale add column note varchar");
            }
            const wanted = ways.map(([name, way]) =>
              modelOf(`work.${name}`, way, `${columns}${extra}`, sql),
            );
            const built = await warehouse.build(number, wanted, {
              fullRefresh: action === "refresh",
            });
            expect(built.problems).toEqual([]);
          }
          seenAfter.set(`run${number}`, await seen(warehouse));
        }
        await warehouse.close();
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  test("goes to the last publication but one when it is not told where, and can itself be taken back", async () => {
    const warehouse = await TestModels.open("create table sale as select 1 as id");
    const table = [modelOf("work.thing", { type: "table" }, "id integer", "select id from sale")];
    await warehouse.build(1, table);
    await warehouse.execute("update sale set id = 2");
    await warehouse.build(2, table);
    expect(await goBack(warehouse, 3)).toBe("run1");
    expect(await warehouse.rows("select * from work.thing")).toEqual([{ id: 1 }]);
    expect((await warehouse.warehouse.lake.readManifest("work.thing"))?.runId).toBe("run1");
    expect(await goBack(warehouse, 4)).toBe("run2");
    expect(await warehouse.rows("select * from work.thing")).toEqual([{ id: 2 }]);
    expect((await warehouse.warehouse.lake.readManifest("work.thing"))?.runId).toBe("run2");
    await warehouse.close();
  });

  test("takes away what did not exist then, from the warehouse and the lake, and brings it again", async () => {
    const warehouse = await TestModels.open();
    const one = modelOf("work.one", { type: "table" }, "id integer", "select 1 as id");
    const two = modelOf("work.two", { type: "table" }, "id integer", "select 2 as id");
    await warehouse.build(1, [one]);
    await warehouse.build(2, [one, two]);
    await goBack(warehouse, 3);
    await expect(warehouse.rows("select * from work.two")).rejects.toThrow("does not exist");
    expect(await warehouse.warehouse.lake.readManifest("work.two")).toBeUndefined();
    await goBack(warehouse, 4, "run2");
    expect(await warehouse.rows("select * from work.two")).toEqual([{ id: 2 }]);
    expect((await warehouse.warehouse.lake.readManifest("work.two"))?.runId).toBe("run2");
    await warehouse.close();
  });

  test("that only takes something away leaves environments behind, which were built on it", async () => {
    const warehouse = await TestModels.open();
    await warehouse.build(1, [
      modelOf("work.one", { type: "table" }, "id integer", "select 1 as id"),
    ]);
    await warehouse.build(2, [
      modelOf("work.two", { type: "table" }, "id integer", "select 2 as id"),
    ]);
    await goBack(warehouse, 3);
    expect(await warehouse.rows("select * from work.one")).toEqual([{ id: 1 }]);
    expect((await warehouse.warehouse.ledger.state("alice")).latestPublication).toBe("run3");
    await warehouse.close();
  });

  test("is refused where something that was current then is collected, or was taken back in place", async () => {
    const warehouse = await TestModels.open(
      "create table sale (id integer, part varchar, amount integer, sold_at timestamp)",
      "insert into sale values (1, 'a', 1, '2026-02-01')",
    );
    const merged = models.slice(0, 1);
    for (const number of [1, 2, 3]) {
      await warehouse.execute(`insert into sale values (1, 'a', 1, '2026-02-1${number}')`);
      await warehouse.build(number, merged);
    }
    await goBack(warehouse, 4, "run1");
    await expect(goBack(warehouse, 5, "run2")).rejects.toThrow("no longer kept whole");
    await collect(warehouse.warehouse, { retentionSeconds: 0, runRetentionSeconds: 0 });
    await expect(goBack(warehouse, 5, "run1")).rejects.toThrow("no longer kept whole");
    await expect(goBack(warehouse, 5)).rejects.toThrow("kept whole");
    await expect(goBack(warehouse, 5, "run4")).rejects.toThrow("what readers see now");
    await expect(goBack(warehouse, 5, "run7")).rejects.toThrow("No run");
    await warehouse.close();
  });

  test("brings back a view together with the columns that it reads, whatever the two are called", async () => {
    const warehouse = await TestModels.open();
    const pair = (column: string) => [
      modelOf(
        "gold.a_view",
        { type: "view" },
        `${column} integer`,
        `select ${column} from {{ref "gold.b_table"}}`,
      ),
      modelOf("gold.b_table", { type: "table" }, `${column} integer`, `select 1 as ${column}`),
    ];
    await warehouse.build(1, pair("old"));
    await warehouse.build(2, pair("new"));
    await goBack(warehouse, 3);
    expect(await warehouse.rows("select * from gold.a_view")).toEqual([{ old: 1 }]);
    await warehouse.close();
  });

  test("does not go to what an earlier rollback had shown once its table was taken further back", async () => {
    const warehouse = await TestModels.open(
      "create table sale (id integer, part varchar, amount integer, sold_at timestamp)",
    );
    const appended = models.slice(1, 2);
    for (const number of [1, 2, 3]) {
      await warehouse.execute(`insert into sale values (${number}, 'a', 1, '2026-02-1${number}')`);
      await warehouse.build(number, appended);
    }
    await goBack(warehouse, 4, "run2");
    await goBack(warehouse, 5, "run1");
    await expect(goBack(warehouse, 6, "run4")).rejects.toThrow("no longer kept whole");
    // By default it goes to the last but one, or nowhere: a step that nobody asked for would be worse than none.
    await expect(goBack(warehouse, 6)).rejects.toThrow("no longer kept whole");
    await warehouse.close();
  });
});
