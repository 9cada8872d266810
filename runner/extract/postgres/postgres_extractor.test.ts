import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { openTestServices } from "../../../local/testing.ts";
import type { PostgresSourceTable } from "../../core/node.ts";
import { columns, filesIn, newLake, postgresTable, readRows, run } from "../testing/fixtures.ts";
import { openPostgresExtractor } from "./postgres_extractor.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;
let client: pg.Client;
beforeAll(async () => {
  services = await openTestServices();
  client = new pg.Client({ connectionString: services.postgresUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await services.close();
});

async function extract(tables: readonly PostgresSourceTable[], since?: string) {
  const { lake, root } = newLake();
  const extractor = openPostgresExtractor({ url: services.postgresUrl, lake });
  try {
    const requests = tables.map((table) => ({ table, ...(since === undefined ? {} : { since }) }));
    const extracted = await extractor.extract(requests, run);
    const rows = await Promise.all(extracted.map(({ files }) => readRows(lake, files)));
    return { lake, root, extracted: extracted, rows };
  } finally {
    await extractor.close();
  }
}

describe("a Postgres table", () => {
  test("arrives whole, described and measured, with when it was read", async () => {
    await client.query(`
      create table item (id integer primary key, vendor_id integer, price numeric(10,2), stock integer, updated_at timestamptz);
      insert into item values
        (1, 7, 12.50, 3, '2026-01-01 10:00:00.123456+02'),
        (2, 7, 0.01, 0, '2026-01-01 07:00:00+00')`);
    const table = postgresTable({
      table: "item",
      key: ["id"],
      cursor: "updated_at",
      columns: columns(
        "id: integer not null",
        "vendor_id: integer",
        "price: numeric(10,2)",
        "stock: integer",
        "updated_at: timestamptz not null",
      ),
    });
    const { extracted, rows, root } = await extract([table]);
    expect(rows).toEqual([
      [
        {
          id: "1",
          vendor_id: "7",
          price: "12.50",
          stock: "3",
          updated_at: "2026-01-01 08:00:00.123456+00",
          _extracted_at: "2026-01-02 03:04:05.678+00",
        },
        {
          id: "2",
          vendor_id: "7",
          price: "0.01",
          stock: "0",
          updated_at: "2026-01-01 07:00:00+00",
          _extracted_at: "2026-01-02 03:04:05.678+00",
        },
      ],
    ]);
    expect(extracted[0]).toMatchObject({
      files: [{ key: "raw/item/run=run1/part-00000.parquet", rows: 2, runId: "run1" }],
      highestCursor: "2026-01-01T08:00:00.123456Z",
      totals: { rows: 2, sums: { price: "12.51", stock: "3" } },
      columns: [
        { name: "id", type: "integer" },
        { name: "vendor_id", type: "integer" },
        { name: "price", type: "decimal(10,2)" },
        { name: "stock", type: "integer" },
        { name: "updated_at", type: "timestamptz" },
        { name: "_extracted_at", type: "timestamptz" },
      ],
    });
    expect(Object.keys(extracted[0]!.totals.sums)).toEqual(["price", "stock"]);
    expect(await filesIn(root)).toEqual(["part-00000.parquet"]);
  });
});
