import { expect, test } from "@jest/globals";
import { readsOnly } from "./reads-only.ts";

test.each([
  "select * from gold.sales",
  "-- a comment\nselect 'delete from x; into' as text",
  "with a as (select 1 as b) select b from a",
  "(select 1) union all (select 2) order by 1",
  "explain select 1",
  "show tables from schema warehouse.gold",
  "select id from a qualify row_number() over (partition by id order by id) = 1",
  "select top 5 * from gold.sales",
  "select data.lines[0].price from a",
  "select regexp_replace(a, '\\\\d', '') as b, 'it\\'s' as c from gold.sales",
  "select top 5 'into;' as a, \"into\" from gold.sales -- into",
])("%s only reads", async (sql) => {
  expect(await readsOnly(sql)).toBe(true);
});

test.each([
  "update gold.sales set qty = 1",
  "delete from raw.customer",
  "create table gold.more as select 1 as a",
  "drop view gold.sales",
  "truncate _physical.sales",
  "select * into gold.more from gold.sales",
  "select top 5 * into gold.more from gold.sales qualify true",
  "with gone as (delete from a returning id) select id from gone",
  "explain analyze delete from a",
  "select 1; drop table a",
  // To Postgres one text, to Redshift two, between which something is written.
  "select 'a\\'' into gold.more from gold.sales where ''= '--'",
  'select top 5 $$"$$ as a into gold.more from gold.sales -- "',
  "call something()",
  "grant all on gold.sales to public",
  "unload ('select 1') to 's3://elsewhere/' iam_role default",
  "begin",
])("%s does not only read", async (sql) => {
  expect(await readsOnly(sql)).toBe(false);
});
