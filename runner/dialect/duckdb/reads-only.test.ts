import { expect, test } from "@jest/globals";
import { readsOnly } from "./reads-only.ts";

test.each([
  "select * from gold.sales",
  "-- a comment; select\nselect 'drop table a; select 1' as text;",
  "from gold.sales",
  "(select 1) union all (select 2)",
  "with a as (select 1 as b) select b from a",
  "summarize gold.sales",
  "describe gold.sales",
  "show all tables",
  "explain analyze select 1",
  "values (1), (2)",
  "pivot gold.sales on kind",
  "select $$one; two$$, $a$three; four$a$",
  "selec 1",
])("%s does not change anything", (sql) => {
  expect(readsOnly(sql)).toBe(true);
});

test.each([
  "drop view gold.sales",
  "create table gold.more as select 1 as a",
  "insert into gold.sales select 1",
  "copy gold.sales to 'sales.csv'",
  "attach 'other.duckdb'",
  "set threads = 1",
  "select 1; drop view gold.sales",
  "select 1; select 2",
])("%s is no query", (sql) => {
  expect(readsOnly(sql)).toBe(false);
});
