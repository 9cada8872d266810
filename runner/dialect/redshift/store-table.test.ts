import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openTestRedshift } from "../../../local/redshift/sql/testing/test-redshift.ts";
import type { TestRedshift } from "../../../local/redshift/sql/testing/test-redshift.ts";
import { encodings } from "../../core/table-storage.ts";
import { duckdbDialect } from "../duckdb/dialect.ts";
import { redshiftDialect } from "./dialect.ts";

const dialect = redshiftDialect({ iamRole: "default" });
const columns = [
  { name: "id", type: { kind: "integer" } },
  { name: "name", type: { kind: "varchar" } },
  { name: "price", type: { kind: "decimal", precision: 10, scale: 2 } },
] as const;
const query =
  "with a as (select 1 as id)\nselect id, cast('x' as varchar(9)) as name, cast(2 as decimal(10,2)) as price from a";
const by = { style: "key", column: "id" } as const;

let redshift: TestRedshift;
beforeAll(async () => {
  redshift = await openTestRedshift();
});
afterAll(() => redshift.close());

const built = async (statements: readonly string[]) => {
  for (const statement of statements) await redshift.run(statement);
};

test("a table without a word on its storage is left to Redshift", () => {
  expect(dialect.storeTable("t", query, { columns })).toEqual([`create table t as\n${query}`]);
});

test("distribution and order stand before the query, and Redshift takes them", async () => {
  const storage = { distribution: by, sort: ["price", "id"], encode: {} };
  const statements = dialect.storeTable("by_key", query, { columns, storage });
  expect(statements).toEqual([
    `create table by_key diststyle key distkey (id) sortkey (price, id) as\n${query}`,
  ]);
  await built(statements);
  expect(await redshift.rows("select * from by_key")).toEqual([["1", "x", "2.00"]]);
});

test("with encodings the table is made of its columns, and filled then", async () => {
  const storage = {
    distribution: { style: "all" },
    sort: ["id"],
    encode: { id: "raw", name: "zstd" },
  } as const;
  const statements = dialect.storeTable("encoded", query, { columns, storage });
  expect(statements).toEqual([
    [
      "create table encoded (",
      "    id integer encode raw,",
      "    name varchar(65535) encode zstd,",
      "    price decimal(10,2)",
      ") diststyle all sortkey (id)",
    ].join("\n"),
    `insert into encoded (id, name, price)\n${query}`,
  ]);
  await built(statements);
  expect(await redshift.rows("select * from encoded")).toEqual([["1", "x", "2.00"]]);
});

test("every encoding that a model may name is one that Redshift knows", async () => {
  for (const encoding of encodings) {
    const column = ["text255", "text32k"].includes(encoding) ? "name" : "price";
    const storage = { sort: [], encode: { [column]: encoding } };
    await built(dialect.storeTable(`encoded_${encoding}`, query, { columns, storage }));
  }
});

test("DuckDB builds the same table and knows nothing of its storage", () => {
  const storage = { distribution: by, sort: ["id"], encode: { id: "az64" } } as const;
  expect(duckdbDialect.storeTable("t", query, { columns, storage })).toEqual([
    duckdbDialect.createTableAs("t", query),
  ]);
});
