import { expect, test } from "@jest/globals";
import { columns, postgresTable } from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";

const source = usePostgres();

test("an increment is told beside the totals of the whole table, of the declared columns, where the table asks for it", async () => {
  await source.execute(`
    create table priced (id integer, price numeric(10,2), stock integer, updated_at timestamptz);
    insert into priced values
      (1, 0.10, 5, '2026-01-01Z'), (2, 99999999.99, 6, '2026-01-02Z'), (3, null, 7, '2026-01-03Z')`);
  const table = postgresTable({
    table: "priced",
    key: ["id"],
    cursor: "updated_at",
    columns: columns(
      "id: integer",
      "price: decimal(10,2)",
      "stock: integer",
      "updated_at: timestamptz",
    ),
  });
  const asking = { ...table, totalsOf: "table", controlTotals: ["price"] } as const;
  const since = "2026-01-03T00:00:00.000000Z";
  const { extracted } = await source.extract([asking], since);
  expect(extracted[0]).toMatchObject({
    totals: { rows: 1, sums: { price: "0.00" } },
    tableTotals: { rows: 3, sums: { price: "100000000.09" } },
  });
  expect(Object.keys(extracted[0]!.tableTotals!.sums)).toEqual(["price"]);
  expect((await source.extract([table], since)).extracted[0]!.tableTotals).toBeUndefined();
});
