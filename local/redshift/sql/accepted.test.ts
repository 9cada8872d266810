import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { openTestRedshift, type TestRedshift } from "./testing/test-redshift.ts";
import { plainText } from "./plain-text.ts";
import { translate } from "./translate.ts";

let redshift: TestRedshift;

beforeAll(async () => {
  redshift = await openTestRedshift();
  await redshift.run("create table t (a integer, c varchar(10), d timestamp)");
  await redshift.run(
    "insert into t values (1, 'x', '2025-03-17 10:00:00'), (2, 'y', null), (4, 'x', null)",
  );
});

afterAll(() => redshift.close());

test.each([
  ["select avg(a) from t", "2"],
  [
    "select avg(a::bigint), avg(a::smallint), avg(a::double precision) from t where a < 3",
    "1|1|1.5",
  ],
  ["select (select max(o.a) from t as o where o.c = t.c) from t where a = 1", "4"],
  ["select avg(a::numeric(10,2))::numeric(10,2) from t", "2.33"],
  ["select 7 / 2", "3"],
  ["select nvl(null, 5), nvl2(null, 1, 2)", "5|2"],
  ["select decode(a, 1, 'one', null, 'none', 'many') from t where a = 2", "many"],
  ["select decode(null, null, 'none')", "none"],
  ["select dateadd(month, 1, '2025-01-31'::timestamp)", "2025-02-28 00:00:00"],
  ["select dateadd('day', -1, date '2025-03-01')", "2025-02-28 00:00:00"],
  ["select datediff(day, '2025-01-01'::date, '2025-02-01'::date)", "31"],
  [
    "select datediff(hour, '2025-01-01 00:59:00'::timestamp, '2025-01-01 01:00:00'::timestamp)",
    "1",
  ],
  ["select datediff(qtr, '2024-12-31'::date, '2025-01-01'::date)", "1"],
  ["select datediff(week, '2025-03-15'::date, '2025-03-16'::date)", "1"],
  ["select listagg(c, ',') within group (order by a desc) from t", "x,y,x"],
  ["select listagg(distinct c, '-') within group (order by c) from t", "x-y"],
  ["select listagg(c) within group (order by a) from t", "xyx"],
  ["select top 1 a from t order by a desc", "4"],
  ["select count(*) from (select top 2 a from t order by a) as x", "2"],
  ["select len('é'), octet_length('é'), charindex('b', 'abc')", "1|2|2"],
  ["select json_extract_path_text('{\"a\":{\"b\":\"c\"}}', 'a', 'b')", "c"],
  ["select regexp_replace('aXbX', 'X', '-')", "a-b-"],
  [
    "select convert_timezone('Europe/Berlin', timestamp '2025-03-17 12:00:00')",
    "2025-03-17 13:00:00",
  ],
  [
    "select trunc(timestamp '2025-03-17 12:00:00'), last_day(date '2025-02-03')",
    "2025-03-17|2025-02-28",
  ],
  ["select md5('a'), strtol('ff', 16)", "0cc175b9c0f1b6a831c399e269772661|255"],
  ["select convert(integer, '12')", "12"],
  [
    "select convert(varchar(max), nvl(null, decode(nvl(a, 0), 1, nvl(c, '-')))) from t where a = 1",
    "x",
  ],
  [
    "select listagg(nvl(c, decode(a, 1, '-')), ';') within group (order by nvl(a, 0)) from t",
    "x;y;x",
  ],
  ["select a from t minus select 1 as a minus select 2 as a", "4"],
  ["select sysdate > '2020-01-01', getdate() > '2020-01-01' from t where a = 1", "t|t"],
  ["select sum(a) over (order by a rows unbounded preceding) from t order by a desc limit 1", "7"],
  ["select approximate count(distinct c) from t", "2"],
  ["select to_char(d, 'YYYY-MM') from t where d is not null", "2025-03"],
  [
    "select count(*) from t where exists (select 1 from t as other where other.c = t.c and other.a <> t.a)",
    "2",
  ],
  [
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select max(i) from n",
    "5",
  ],
  ["select table_name from information_schema.tables where table_name = 't'", "t"],
  ["select table_type from svv_tables where table_name = 't'", "BASE TABLE"],
  ["select schema_name from svv_all_tables where table_name = 't'", "public"],
  [
    "select data_type from svv_columns where table_name = 't' and column_name = 'c'",
    "character varying",
  ],
  ["select 'a' similar to '[a-c]', 'abc' like 'a%', 'B' ilike 'b'", "t|t|t"],
  ["select grouping(c), sum(a) from t group by rollup (c) order by 2 desc limit 1", "1|7"],
])("%s answers %s", async (query, answer) => {
  const [row] = await redshift.rows(query);
  expect(row?.join("|")).toBe(answer);
});

test.each([
  "set query_group to 'builds'",
  "analyze t",
  "vacuum full t to 99 percent",
  "create role analyst",
  "grant select on t to role analyst",
  "grant usage on schema public to role analyst",
  "revoke select on t from role analyst",
  "alter table t add column e varchar(20) encode zstd",
  "alter table t alter distkey a",
  "alter table t alter sortkey (a)",
  "alter table t alter column c type varchar(20)",
  "alter table t add primary key (a)",
  "alter table t rename column e to f",
  "alter table t drop column f",
  "create temp table temporary as select 1 as a",
  "delete from t using temporary where t.a = temporary.a and t.a > 5",
  "update t set c = 'z' from temporary where t.a = temporary.a and t.a > 5",
  "explain select * from t",
  "comment on table t is 'a table'",
])("%s is accepted", async (statement) => {
  await redshift.run(statement);
});

test("LOCK holds other writers off until the end of the transaction", async () => {
  const other = await redshift.connect();
  await redshift.run("begin");
  await redshift.run("lock t");
  await other.client.query("set lock_timeout = '100ms'");
  expect(await other.refusal("insert into t (a) values (9)")).toMatch("lock timeout");
  await redshift.run("commit");
});

test("TRUNCATE commits, and what cannot run in a transaction says so", async () => {
  await redshift.run("create table cut as select 1 as a");
  await redshift.run("begin");
  await redshift.run("create table kept as select 1 as a");
  await redshift.run("truncate cut");
  await redshift.run("rollback");
  expect(await redshift.rows("select count(*) from cut")).toEqual([["0"]]);
  expect(await redshift.rows("select count(*) from kept")).toEqual([["1"]]);
  await redshift.run("begin");
  expect(await redshift.refusal("vacuum cut")).toMatch("cannot run inside a transaction block");
  expect(await redshift.refusal("alter table t alter column c type varchar(30)")).toMatch(
    "cannot run inside a transaction block",
  );
  await redshift.run("rollback");
});

const golden = new URL("../../../runner/compile/golden/redshift/", import.meta.url);

test.each(readdirSync(golden).filter((name) => name.endsWith(".sql")))(
  "the project's %s has nothing that Redshift lacks",
  async (name) => {
    const query = readFileSync(new URL(name, golden), "utf8");
    expect((await translate(plainText(query).plain)).type).toBe("SelectStmt");
  },
);
