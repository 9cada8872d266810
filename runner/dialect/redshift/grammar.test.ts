import { beforeAll, describe, expect, test } from "@jest/globals";
import { loadRedshiftGrammar } from "./grammar.ts";
import type { CheckStatement } from "./grammar.ts";

let check: CheckStatement;
beforeAll(async () => {
  check = await loadRedshiftGrammar();
});

test.each([
  "select a::varchar(3), a || b, a % 2, a ilike 'x%' from s.t where a ~~ 'x' and b between 1 and 2",
  "with a as (select 1 as one) select sum(one) over (partition by one order by one) from a",
  "select last_value(a ignore nulls) over (order by b rows between unbounded preceding and current row) from t",
  "select top_seller, listagg(a, ',') within group (order by b) from t group by 1",
  "select sysdate - interval '60 seconds', getdate(), dateadd(day, 1, a), nvl(a, b) from t",
  'select "raw", t.tag from "raw".t as t',
  "create table t (a int not null encode az64, b varchar(5) default 'encode') diststyle key distkey (a) compound sortkey (a, b)",
  "create table s.t diststyle all sortkey (a) as\nwith x as (select 1 as a) select a from x",
  "create table t as select 1 as a",
  "create view v as\nselect 1 as a\nwith no schema binding",
  "create or replace view v as select 'with no schema binding' as a with no schema binding",
  "insert into t (a) values (1), (2)",
  "insert into t (a) select a from u",
  "delete from t where exists (select 1 from u where u.a = t.a)",
  "update t set a = a + 1 where b is null",
  "copy s.t (\"a\", b) from 's3://x/y' iam_role default format as parquet manifest",
  "copy s.t (a)\nfrom 's3://x/y'\niam_role 'arn:aws:iam::1:role/x'\nformat as parquet\nmanifest",
  "unload ('select ''a'' as a\n')\nto 's3://x/y'\niam_role default\nformat as parquet\nmanifest verbose\nextension 'parquet'\nencrypted auto\nmaxfilesize 1 gb\nparallel off",
  "drop view if exists v",
  "create schema if not exists _runner",
  "lock t",
])("Redshift takes: %s", (sql) => {
  expect(check(sql)).toEqual([]);
});

describe("Redshift refuses, where it stands,", () => {
  test.each([
    ["selct 1", "selct", "syntax error"],
    ["select é, a == b from t", "== b", "no operator =="],
    ["select distinct on (a) b from t", "select", "DISTINCT ON"],
    ["select a from t except all select a from u", "select a from t", "EXCEPT ALL"],
    ["select a from (values (1)) as t (a)", "select", "VALUES"],
    ["select sum(a) filter (where b) from t", "sum", "FILTER"],
    ["select a from t where a is distinct from b", "is distinct", "IS DISTINCT FROM"],
    ["select a from generate_series(1, 2) as t (a)", "", "function"],
    ["select array[1, 2]", "array", "arrays"],
    ["select string_agg(a, ',') from t", "string_agg", "string_agg()"],
    ["select now()", "now", "now()"],
    ["select concat(a, b, c) from t", "concat", "two texts"],
    [
      "select sum(a) over (order by b range between 1 preceding and current row) from t",
      "",
      "ROWS",
    ],
    ["select b from t, lateral (select t.a as b) as u", "", "LATERAL"],
    ["select a from t for update", "select", "FOR UPDATE"],
    ["insert into t (a) values (1) returning a", "", "RETURNING"],
    ["insert into t (a) values (1) on conflict do nothing", "", "ON CONFLICT"],
    ["select * from raw.t", "raw", "word of Redshift's own"],
    ["select a as tag from t", "tag", "word of Redshift's own"],
    ['select a as "Name" from t', '"Name"', "lower case"],
    [`select a as ${"n".repeat(128)}`, "n", "127 bytes"],
    ["create table t (a int encode zip)", "encode", "word of Redshift's own"],
    ["create table t (a int) diststyle odd", "diststyle", "syntax error"],
    ["create table t sortkey (a) as select 1 as encode", "encode", "word of Redshift's own"],
    ["copy t from 's3://x/y' iam_role default format as parquet manifest", "copy", "no COPY"],
    ["copy t (a) from 's3://x' iam_role default format as parquet", "copy", "no COPY"],
    ["select 1; select 2", "", "more than one statement"],
    ["select 'é🛒' as a wrong from t", "wrong", "syntax error"],
    ["select 'é🛒', string_agg(a, ',') from t", "string_agg", "no function"],
    ["create extension x", "create", "no statement for Redshift"],
    ["", "", "no statement"],
  ])("%s", (sql, at, message) => {
    const [first] = check(sql);
    expect(first?.message).toContain(message);
    if (at !== "") expect(sql.slice(first?.offset)).toMatch(new RegExp(`^${at}`));
  });

  test("what stands in an UNLOAD's query too", () => {
    const sql =
      "unload ('select distinct on (a) ''x'' from t') to 's3://x/y' iam_role default format as parquet manifest verbose extension 'parquet' encrypted auto maxfilesize 1 gb parallel on";
    expect(check(sql)).toEqual([
      expect.objectContaining({ message: expect.stringContaining("DISTINCT ON") }),
    ]);
  });
});
