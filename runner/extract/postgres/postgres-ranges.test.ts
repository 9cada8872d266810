import { describe, expect, test } from "@jest/globals";
import pg from "pg";
import type { PostgresSourceTable } from "../../core/source-table.ts";
import {
  columns,
  failureOf,
  filesIn,
  newLake,
  postgresTable,
  readRows,
  run,
} from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";
import { openPostgresExtractor } from "./postgres-extractor.ts";
import { copyStatement } from "./postgres-statements.ts";
import { splitBlocks } from "./read-plan.ts";

const source = usePostgres();

/** So small that even a small table is read in many ranges and parts. */
const partBytes = 16 * 1024;

async function extractInParts(table: PostgresSourceTable, url = source.url()) {
  const { lake, root } = newLake();
  const extractor = openPostgresExtractor({ url, lake, partBytes, connections: 3 });
  try {
    const [extracted] = await extractor.extract([{ table }], run);
    return { extracted: extracted!, rows: await readRows(lake, extracted!.files), root };
  } finally {
    await extractor.close();
  }
}

const payment = (table: string, price = "numeric(10,2)") =>
  postgresTable({
    table,
    key: ["id"],
    cursor: "paid_at",
    columns: columns("id: integer", `price: ${price}`, "note: text", "paid_at: timestamptz"),
  });

const fill = (table: string, rows: number) => `
  insert into ${table}
  select n, n * 1.01, repeat('x', n % 50), timestamptz '2026-01-01Z' + n * interval '1 minute'
  from generate_series(1, ${rows}) as n`;

describe("a large table", () => {
  test.each([
    [
      "one heap",
      "create table heap (id integer, price numeric, note text, paid_at timestamptz)",
      "heap",
    ],
    [
      "partitions, one of them empty",
      `create table parted (id integer, price numeric, note text, paid_at timestamptz) partition by range (id);
       create table parted_1 partition of parted for values from (1) to (3000);
       create table parted_2 partition of parted for values from (3000) to (3500);
       create table parted_3 partition of parted default`,
      "parted",
    ],
    [
      "a table and those that inherit from it",
      `create table parent (id integer, price numeric, note text, paid_at timestamptz);
       create table child () inherits (parent);
       insert into child values (5001, 0.5, 'child', '2025-01-01Z')`,
      "parent",
    ],
  ])("of %s is read in ranges that lose no row and double none", async (_, definition, name) => {
    await source.execute(
      `${definition}; ${fill(name, 5000)}; delete from ${name} where id % 7 = 0`,
    );
    const { extracted, rows } = await extractInParts(payment(name));
    const { rows: expected } = await source.query<{ id: string; sum: string; first: string }>(
      `select array_agg(id::text order by id) as id, sum(price)::numeric(20,2)::text as sum,
         to_char(min(paid_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as first from ${name}`,
    );
    expect(rows.map(({ id }) => id).toSorted((one, two) => Number(one) - Number(two))).toEqual(
      expected[0]!.id,
    );
    expect(extracted.files.length).toBeGreaterThan(8);
    expect(extracted.totals).toEqual({ rows: rows.length, sums: { price: expected[0]!.sum } });
    const sums = extracted.files.map(({ sums: part }) => Number(part!["price"]!.replace(".", "")));
    expect(sums.reduce((sum, part) => sum + part, 0)).toBe(
      Number(expected[0]!.sum.replace(".", "")),
    );
    expect(extracted.files.reduce((sum, part) => sum + part.rows, 0)).toBe(rows.length);
    const minima = extracted.files.map(({ minimum }) => minimum!).toSorted();
    expect(minima[0]).toBe(expected[0]!.first);
  });

  test("with a value that does not fit leaves no part behind, however many were written before", async () => {
    await source.execute(`
      create table spoilt (id integer, price numeric, note text, paid_at timestamptz); ${fill("spoilt", 5000)};
      update spoilt set price = 'NaN' where id = 4321`);
    const { lake, root } = newLake();
    const extractor = openPostgresExtractor({ url: source.url(), lake, partBytes });
    const failure = await failureOf(extractor.extract([{ table: payment("spoilt") }], run));
    await extractor.close();
    expect(failure.diagnostics.map(({ message }) => message)).toEqual([
      'test.spoilt: column price holds "NaN", which does not fit decimal(10,2) (row id 4321).',
    ]);
    expect(await filesIn(root)).toEqual([]);
  });

  test("is split into ranges without a gap, the outer ones open", () => {
    expect(splitBlocks({ blocks: 10, bytes: 1000 }, 200)).toEqual([
      { blocks: { end: 3 } },
      { blocks: { first: 3, end: 5 } },
      { blocks: { first: 5, end: 8 } },
      { blocks: { first: 8 } },
    ]);
    expect(splitBlocks({ blocks: 10, bytes: 60 }, 200)).toHaveLength(2);
    expect(splitBlocks({ blocks: 10, bytes: 40 }, 200)).toEqual([{}]);
    expect(splitBlocks({ blocks: 1, bytes: 1000 }, 200)).toEqual([{}]);
    expect(splitBlocks({ blocks: 0, bytes: 0 }, 200)).toEqual([{}]);
  });
});

test("an increment finds its rows by the cursor's index and does not read the others", async () => {
  await source.execute(`
    create table indexed (id integer, price numeric, note text, paid_at timestamptz); ${fill("indexed", 50_000)};
    create index on indexed (paid_at); analyze indexed`);
  const range = { since: "2026-02-04T10:00:00.000000Z" };
  const [, query] = /^copy \((.*)\) to stdout/.exec(
    copyStatement(payment("indexed"), ["id"], range),
  )!;
  const { rows } = await source.query<{ "QUERY PLAN": string }>(`explain ${query!}`);
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toMatch(/Index/);
  expect(plan).not.toMatch(/Seq Scan/);
});

describe("a database that does not know the encoding of its texts", () => {
  const inDatabase = async <Result>(action: (url: string) => Promise<Result>): Promise<Result> => {
    await source.execute("create database bytes");
    // The local services keep no template that could be copied with another encoding.
    await source.execute(
      "update pg_database set encoding = 0, datcollate = 'C', datctype = 'C', datlocprovider = 'c', datlocale = null where datname = 'bytes'",
    );
    const url = new URL(source.url());
    url.pathname = "/bytes";
    try {
      return await action(url.href);
    } finally {
      await source.execute("drop database bytes with (force)");
    }
  };
  const table = postgresTable({
    table: "shop",
    key: ["id"],
    columns: columns("id: integer", "first: text", "name: text"),
  });

  test("is read where they are UTF-8, and names the row and the column where they are not", async () => {
    await inDatabase(async (url) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(
        `set client_encoding = 'SQL_ASCII'; create table shop (id integer, first text, name text);
         insert into shop values (1, 'x', 'Caf' || convert_from('\\xc3a9', 'SQL_ASCII'))`,
      );
      expect((await extractInParts(table, url)).rows).toMatchObject([{ id: "1", name: "Café" }]);
      await client.query(
        "insert into shop values (2, 'y', 'Caf' || convert_from('\\xe9', 'SQL_ASCII'))",
      );
      await client.end();
      const failure = await failureOf(extractInParts(table, url));
      expect(failure.diagnostics[0]!.message).toBe(
        'test.shop: column name holds "Caf\\xe9", which is no UTF-8 (row id 2).',
      );
    });
  });
});
