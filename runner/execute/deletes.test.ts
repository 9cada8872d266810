import { afterEach, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { production } from "../core/environment.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import { openPostgresExtractor } from "../extract/postgres/postgres-extractor.ts";
import { usePostgres } from "../extract/testing/postgres-source.ts";
import { plan } from "../plan/plan.ts";
import { readTextProject } from "./testing/text-project.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

const source = usePostgres();
let warehouse: TestWarehouse;
afterEach(() => warehouse.close());

const macro = readFileSync(new URL("../../macros/not_deleted.hbs", import.meta.url), "utf8");

function projectOf(deletes: string) {
  return {
    "sources/oltp.yml": `source: oltp
connector: postgres
connection: oltp
tables:
  - name: item
    key: [shop, id]
    extract: incremental
    cursor: updated_at
    lookback: 30 minutes
    totals_of: table
    partition_by: updated_at
    deletes: ${deletes}
    columns:
      - { name: shop, type: integer, nullable: false }
      - { name: id, type: integer, nullable: false }
      - { name: price, type: "numeric(10,2)" }
      - { name: updated_at, type: timestamptz }
      - { name: deleted_at, type: timestamptz }
    tests:
      - equal_totals: { of: [price], with: source }
`,
    "macros/not_deleted.hbs": macro,
    "models/cleaned/item.sql": `with
source_rows as (
    select * from {{source "oltp.item"}}
),
kept_rows as (
    {{> not_deleted rows="source_rows" key="shop, id"}}
),
ranked_rows as (
    select
        *,
        row_number() over (partition by shop, id order by updated_at desc, _extracted_at) as version_rank
    from kept_rows
)
select
    cast(shop as integer) as shop,
    cast(id as integer) as id,
    cast(price as numeric(10,2)) as price
from ranked_rows
where version_rank = 1
`,
    "models/cleaned/item.yml": `grain: One row per item.
materialized: table
key: [shop, id]
columns:
  - { name: shop, type: integer }
  - { name: id, type: integer }
  - { name: price, type: "numeric(10,2)" }
${deletes === "detect" ? "tests:\n  - equal_totals: { of: [price], with: oltp.item }\n" : ""}`,
  };
}

/** Ten minutes a change, so that a lookback reaches the last three. */
let clock = 0;
function now(): string {
  clock += 1;
  return new Date(Date.UTC(2026, 0, 1) + clock * 600_000).toISOString();
}

async function build(number: number, deletes: string): Promise<string> {
  const { compiled, diagnostics } = await readTextProject(projectOf(deletes));
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics));
  const planned = plan({
    compiled,
    selected: new Set(compiled.graph.nodes.keys()),
    state: await warehouse.ledger.state(production),
    dialect: duckdbDialect,
    run: { id: `run${number}`, startedAt: `2026-03-0${number}T00:00:00.000Z` },
    fullRefresh: false,
  });
  expect(planned.diagnostics).toEqual([]);
  const extractor = openPostgresExtractor({ url: source.url(), lake: warehouse.lake });
  try {
    const { status, outcomes } = await warehouse.execute(number, planned.plan.steps, {
      openExtractor: () => Promise.resolve(extractor),
      compaction: { files: 2, bytes: 1_000_000 },
    });
    const problems = outcomes.flatMap(({ diagnostic }) => diagnostic?.message ?? []);
    return problems.length === 0 ? status : problems.join("\n");
  } finally {
    await extractor.close();
  }
}

async function begin(): Promise<void> {
  warehouse = await openTestWarehouse();
  await source.execute(`
    drop table if exists item;
    create table item (
      shop integer, id integer, price numeric(10,2), updated_at timestamptz, deleted_at timestamptz,
      primary key (shop, id))`);
}

const builtRows = () =>
  warehouse.rows(
    "select shop, id, cast(price as varchar) as price from cleaned.item order by 1, 2",
  );

async function sourceRows(condition = "true") {
  const { rows } = await source.query<{ shop: number; id: number; price: string }>(
    `select shop, id, price::text as price from item where ${condition} order by 1, 2`,
  );
  return rows;
}

type Change = { readonly kind: "put" | "delete"; readonly id: number; readonly cents: number };
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("put" as const, "delete" as const),
  id: fc.integer({ min: 1, max: 4 }),
  cents: fc.integer({ min: 0, max: 9999 }),
});

test("whatever is deleted, comes back and changes between increments, the rows that are left are the source's, to the cent", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, { maxLength: 5 }), { minLength: 2, maxLength: 6 }),
      async (increments) => {
        await begin();
        // Rows that no lookback reaches, of which a deletion leaves no trace but the missing key.
        await source.execute(
          `insert into item select 1, id, id, '2025-01-01'::timestamptz, null from generate_series(1, 3) as id`,
        );
        let number = 0;
        for (const changes of [[], ...increments]) {
          for (const { kind, id, cents } of changes) {
            await source.execute(
              kind === "delete"
                ? `delete from item where id = ${id}`
                : `insert into item values (1, ${id}, ${cents} / 100.0, '${now()}', null)
                   on conflict (shop, id) do update set price = excluded.price, updated_at = excluded.updated_at`,
            );
          }
          number += 1;
          expect(await build(number, "detect")).toBe("succeeded");
          expect(await builtRows()).toEqual(await sourceRows());
        }
        expect((await warehouse.lake.runsOf("raw.item__keys")).length).toBe(0);
        await warehouse.close();
      },
    ),
    { numRuns: 8 },
  );
  warehouse = await openTestWarehouse();
}, 180_000);

test("a row that was committed later than the lookback reaches stops the extraction, and is named", async () => {
  await begin();
  await source.execute(`insert into item values (1, 1, 1.00, '${now()}', null)`);
  expect(await build(1, "detect")).toBe("succeeded");
  await source.execute(`insert into item values (1, 7, 1.00, '2025-01-01', null)`);
  const said = await build(2, "detect");
  expect(said).toContain("raw.item lacks 1 row that the source has, such as shop 1, id 7.");
  expect(await builtRows()).toHaveLength(1);
  expect((await warehouse.lake.runsOf("raw.item__keys")).length).toBe(0);
});

test("rows that are marked as deleted in the source leave what is made of them, and come back when the mark goes", async () => {
  await begin();
  const soft = "{ column: deleted_at }";
  await source.execute(
    `insert into item values (1, 1, 1.00, '${now()}', null), (1, 2, 2.00, '${now()}', null)`,
  );
  expect(await build(1, soft)).toBe("succeeded");
  const mark = (value: string) =>
    source.execute(`update item set deleted_at = ${value}, updated_at = '${now()}' where id = 1`);
  await mark("now()");
  expect(await build(2, soft)).toBe("succeeded");
  expect(await builtRows()).toEqual(await sourceRows("deleted_at is null"));
  expect(await builtRows()).toHaveLength(1);
  await mark("null");
  expect(await build(3, soft)).toBe("succeeded");
  expect(await builtRows()).toEqual(await sourceRows());
});
