import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { LakeFile, LakeManifest } from "../core/manifest.ts";
import type { SourceTable } from "../core/source-table.ts";
import { sumOf } from "../core/scaled-decimal.ts";
import { columns, postgresTable } from "../extract/testing/fixtures.ts";
import { contentsQuery } from "./contents-query.ts";
import { arrangeRawFiles } from "./raw-files.ts";
import { openTestWarehouse } from "./testing/warehouse.ts";
import type { TestWarehouse } from "./testing/warehouse.ts";

let warehouse: TestWarehouse;
beforeAll(async () => {
  warehouse = await openTestWarehouse();
});
afterAll(() => warehouse.close());

interface SoldRow {
  readonly id: number;
  /** In cents. */
  readonly price: number | null;
  readonly sold_at: string | null;
}

const moments = [
  "2026-03-01 00:00:00",
  "2026-03-01 23:59:59.999999",
  "2026-03-02 00:00:00",
  "2031-12-31 12:00:00.5",
];
const row: fc.Arbitrary<SoldRow> = fc.record({
  id: fc.integer({ min: 1, max: 9 }),
  price: fc.option(fc.integer({ min: -999, max: 999 })),
  sold_at: fc.option(fc.constantFrom(...moments)),
});

let tables = 0;

function soldTable(partitionBy: string | undefined): SourceTable {
  tables += 1;
  const table = postgresTable({
    table: `sold_${tables}`,
    key: ["id"],
    cursor: "sold_at",
    columns: columns("id: integer", "price: decimal(10,2)", "sold_at: timestamptz"),
  });
  return { ...table, ...(partitionBy === undefined ? {} : { partitionBy }) };
}

const lakeColumns = [
  { name: "id", type: "integer" },
  { name: "price", type: "decimal(10,2)" },
  { name: "sold_at", type: "timestamptz" },
];

function queryOf(rows: readonly SoldRow[]): string {
  return rows
    .map(({ id, price, sold_at: soldAt }) => {
      const cents = price === null ? "null" : `${price}::decimal(10,0) / 100`;
      const moment = soldAt === null ? "null" : `'${soldAt}+00'`;
      return `select ${id}::integer as id, cast(${cents} as decimal(10,2)) as price, ${moment}::timestamptz as sold_at`;
    })
    .join("\nunion all\n");
}

const iso = (moment: string) => {
  const [date = "", time = ""] = moment.split(" ");
  const [clock = "", fraction = ""] = time.split(".");
  return `${date}T${clock}.${fraction.padEnd(6, "0")}Z`;
};

/** A part as an extraction leaves it, with what the source said of its rows. */
async function extracted(table: SourceTable, runId: string, rows: readonly SoldRow[]) {
  const key = warehouse.lake.partKey(table.relation, runId, 0);
  const count = await warehouse.engine.files.writeParquet(
    queryOf(rows),
    await warehouse.lake.stagePart(key),
  );
  const file = await warehouse.lake.commitPart(key, runId, count);
  const cursors = rows
    .flatMap(({ sold_at }) => (sold_at === null ? [] : [iso(sold_at)]))
    .toSorted();
  return {
    ...file,
    sums: { price: sumOf(["0.00", ...rows.map(centsOf)]) ?? "" },
    ...(cursors.length === 0 ? {} : { minimum: cursors[0]!, maximum: cursors.at(-1)! }),
  };
}

const centsOf = ({ price }: SoldRow) => {
  const digits = String(Math.abs(price ?? 0)).padStart(3, "0");
  return `${(price ?? 0) < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

type Contents = Pick<LakeManifest, "columns" | "files">;

async function rowsOf(contents: Contents): Promise<readonly string[]> {
  const query = await contentsQuery(contents, warehouse);
  const rows = await warehouse.rows(
    `select id, cast(price as varchar) as price, cast(timezone('UTC', sold_at) as varchar) as sold_at from (${query}) as found`,
  );
  return rows.map((found) => JSON.stringify(found)).sort();
}

function expectedRows(rows: readonly SoldRow[]): readonly string[] {
  return rows
    .map((each) => JSON.stringify({ ...each, price: each.price === null ? null : centsOf(each) }))
    .sort();
}

function totalsOf(files: readonly LakeFile[]) {
  return {
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    price: sumOf(["0.00", ...files.map((file) => file.sums?.price ?? "unknown")]),
    minimum: files.flatMap((file) => file.minimum ?? []).toSorted()[0],
    maximum: files
      .flatMap((file) => file.maximum ?? [])
      .toSorted()
      .at(-1),
  };
}

const batches = fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
});

test("any sequence of increments reads the same, parted by day or not, merged or not, and what was published before still reads", async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.constantFrom(undefined, "sold_at"),
      fc.integer({ min: 1, max: 3 }),
      async (increments, partitionBy, files) => {
        const table = soldTable(partitionBy);
        let contents: Contents = { columns: lakeColumns, files: [] };
        const published: { contents: Contents; rows: readonly SoldRow[] }[] = [];
        const plain: LakeFile[] = [];
        for (const rows of increments) {
          runs += 1;
          const run = { id: `run${runs}`, startedAt: "2026-04-01T00:00:00.000Z" };
          const file = await extracted(table, run.id, rows);
          plain.push(file);
          contents = await arrangeRawFiles(
            table,
            { columns: lakeColumns, files: [...contents.files, file] },
            { ...warehouse, run, compaction: { files, bytes: 1_000_000 } },
          );
          published.push({ contents, rows: [...(published.at(-1)?.rows ?? []), ...rows] });
        }
        for (const each of published) {
          expect(await rowsOf(each.contents)).toEqual(expectedRows(each.rows));
        }
        expect(totalsOf(contents.files)).toEqual(totalsOf(plain));
        const perDay = new Map<string, number>();
        for (const { key } of contents.files) {
          const day = /dt=([^/]+)/.exec(key)?.[1] ?? "none";
          expect(day === "none").toBe(partitionBy === undefined);
          perDay.set(day, (perDay.get(day) ?? 0) + 1);
        }
        // What was small before this run is one file, and this run adds one.
        for (const count of perDay.values()) expect(count).toBeLessThanOrEqual(files + 1);
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

test("a file of one day holds that day's rows alone, and rows without a day stand in Hive's partition for them", async () => {
  const table = soldTable("sold_at");
  const run = { id: "runday", startedAt: "2026-04-01T00:00:00.000Z" };
  const rows = [...moments, null].map((soldAt, id) => ({ id, price: 10, sold_at: soldAt }));
  const file = await extracted(table, run.id, rows);
  const { files } = await arrangeRawFiles(
    table,
    { columns: lakeColumns, files: [file] },
    { ...warehouse, run },
  );
  expect(files.map(({ key, rows: count }) => `${/dt=[^/]+/.exec(key)?.[0]} ${count}`)).toEqual([
    "dt=2026-03-01 2",
    "dt=2026-03-02 1",
    "dt=2031-12-31 1",
    "dt=__HIVE_DEFAULT_PARTITION__ 1",
  ]);
  expect(files[0]).toMatchObject({
    sums: { price: "0.20" },
    minimum: "2026-03-01T00:00:00.000000Z",
    maximum: "2026-03-01T23:59:59.999999Z",
  });
  expect(await warehouse.lake.has(file.key)).toBe(false);
});
