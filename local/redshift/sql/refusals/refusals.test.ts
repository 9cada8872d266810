import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openTestRedshift, type TestRedshift } from "../testing/test-redshift.ts";

let redshift: TestRedshift;

beforeAll(async () => {
  redshift = await openTestRedshift();
  await redshift.run("create table t (a integer, b integer, c varchar(10), d timestamp)");
  await redshift.run("create table s (a integer, b integer, c varchar(10), d timestamp)");
});

afterAll(() => redshift.close());

test.each([
  ["select distinct on (a) a from t", "SELECT DISTINCT ON is not supported"],
  ["select * from (values (1)) as v", "VALUES lists used as constant tables"],
  ["select 1 where 1 is distinct from 2", "IS DISTINCT FROM is not supported"],
  ["select a from t except all select a from s", "EXCEPT ALL is not supported"],
  ["select a from t intersect all select a from s", "INTERSECT ALL is not supported"],
  ["select count(*) filter (where a > 0) from t", "FILTER is not supported"],
  ["select * from t, lateral (select t.a) as l", "LATERAL is not supported"],
  ["select * from generate_series(1, 3)", "Functions in FROM are not supported"],
  ["select generate_series(1, 3) from t", "not supported on Redshift tables"],
  ["select string_agg(c, ',') from t", "function string_agg(…, …) does not exist"],
  ["select array_agg(a) from t", "function array_agg(…) does not exist"],
  ["select array[1, 2]", "array constructors are not supported"],
  ["select '{1}'::integer[]", "Redshift has no arrays"],
  ["select 1 = any(array[1])", "ANY and ALL over an array"],
  ["select array(select a from t)", "ARRAY(SELECT …) is not supported"],
  ["select row(1, 2)", "row constructors are not supported"],
  ["insert into t (a) values (1) on conflict do nothing", "ON CONFLICT is not supported"],
  ["insert into t (a) values (1) returning a", "RETURNING is not supported"],
  ["update t set a = 1 returning a", "RETURNING is not supported"],
  ["delete from t returning a", "RETURNING is not supported"],
  ["update t set (a, b) = (1, 2)", "SET (a, b) = (…) is not supported"],
  ["select '{}'::jsonb", 'type "jsonb" does not exist'],
  ["select '{}'::json", 'type "json" does not exist'],
  ["create table x (a uuid)", 'type "uuid" does not exist'],
  ["create table x (a inet)", 'type "inet" does not exist'],
  ["create table x (a int4range)", 'type "int4range" does not exist'],
  ["create table x (a money)", 'type "money" does not exist'],
  ["create table x (a xml)", 'type "xml" does not exist'],
  ["create table x (a bytea)", 'type "bytea" does not exist'],
  ["create table x (a serial)", 'type "serial" does not exist'],
  ["create table x (a integer[])", "Redshift has no arrays"],
  ["create table x (a varbyte(5))", "the stand-in does not have the type varbyte"],
  ["select json_parse('{}') -> 'a'", "operator does not exist: ->"],
  ["select c ~* 'x' from t", "operator does not exist: ~*"],
  ["select json_build_object('a', 1)", "function json_build_object(…, …) does not exist"],
  ["select json_object('a': 1)", "SQL/JSON expressions are not supported"],
  ["select '{}' is json", "IS JSON is not supported"],
  ["select regexp_matches('a', 'b')", "function regexp_matches(…, …) does not exist"],
  ["select regexp_split_to_array('a', 'b')", "does not exist"],
  ["select gen_random_uuid()", "function gen_random_uuid() does not exist"],
  ["select make_date(2025, 1, 1)", "function make_date(…, …, …) does not exist"],
  ["select format('%s', 1)", "function format(…, …) does not exist"],
  ["select concat('a', 'b', 'c')", "concat takes exactly two arguments"],
  ["select clock_timestamp()", "function clock_timestamp() does not exist"],
  ["select overlay('abc' placing 'x' from 1)", "does not exist"],
  ['select c collate "C" from t', "COLLATE"],
  ["select a between symmetric 1 and 2 from t", "BETWEEN SYMMETRIC is not supported"],
  ["select sum(a) over (order by b) from t", "require a frame clause"],
  ["select last_value(a) over (partition by c order by b) from t", "require a frame clause"],
  ["select lag(a, 1, 0) over (order by b) from t", "Default parameter not be supported"],
  ["select sum(a) over (order by b range unbounded preceding) from t", "ROWS only"],
  ["select sum(a) over (order by b groups 1 preceding) from t", "ROWS only"],
  ["select sum(a) over w from t window w as (partition by b)", "WINDOW clause is not supported"],
  ["select a from t for update", "SELECT FOR UPDATE and FOR SHARE are not supported"],
  ["select a from t fetch first 1 rows only", "FETCH FIRST is not supported"],
  ["select a from t order by a using <", "ORDER BY … USING is not supported"],
  ["select * from t tablesample bernoulli (1)", "TABLESAMPLE is not supported"],
  ["with x as (delete from t) select 1", "WITH takes queries only"],
  ["with x as materialized (select 1 as a) select a from x", "MATERIALIZED is not supported"],
  ["select a from t qualify a = 1", "QUALIFY"],
  ["create index i on t (a)", "CREATE INDEX is not supported"],
  ["create sequence q", "CREATE SEQUENCE is not supported"],
  ["create type e as enum ('a')", "CREATE TYPE is not supported"],
  ["create type e as (a integer)", "CREATE TYPE is not supported"],
  ["create domain e as integer", "CREATE DOMAIN is not supported"],
  ["create extension hstore", "CREATE EXTENSION is not supported"],
  ["create trigger g before insert on t execute function f()", "CREATE TRIGGER is not supported"],
  ["create rule r as on insert to t do nothing", "CREATE RULE is not supported"],
  ["do $$ begin end $$", "DO is not supported"],
  ["create materialized view m as select 1 as a", "materialized views"],
  ["create table x (a int, exclude using gist (a with =))", "EXCLUDE constraints"],
  ["create table x (a int, check (a > 0))", "CHECK constraints are not supported"],
  ["create table x (a int generated always as (1) stored)", "generated columns"],
  ["create table x (a int) inherits (t)", 'syntax error at or near "inherits"'],
  ["create table x (a int) partition by range (a)", 'syntax error at or near "partition"'],
  [
    "create table if not exists x as select 1 as a",
    "IF NOT EXISTS is not supported in CREATE TABLE AS",
  ],
  ["create table x as select 1 as a with no data", "WITH NO DATA is not supported"],
  ["create view x as select 1 as a with check option", "NO SCHEMA BINDING only"],
  ["alter table t add column x int, add column y int", "one change at a time"],
  ["alter table t alter column a type bigint", "VARCHAR only"],
  ["alter table t alter column a set not null", "is not supported"],
  ["alter table t alter column a set default 1", "is not supported"],
  ["alter table t add column x int not null", "must have a non-null default"],
  ["alter table t set schema public", "SET SCHEMA is not supported"],
  ["alter table t append from s", "ALTER TABLE APPEND"],
  ["truncate t, s", "TRUNCATE takes one table"],
  ["truncate t cascade", "TRUNCATE takes neither"],
  ["drop index i", "DROP INDEX is not supported"],
  ["lock table t in share mode", "LOCK takes no mode"],
  ["savepoint p", "SAVEPOINT is not supported"],
  ["select now() from t", "not supported on Redshift tables"],
  ["select current_timestamp from t", "not supported on Redshift tables"],
  ["insert into t (d) select now()", "not supported on Redshift tables"],
  [
    "create table x as select table_name from information_schema.tables",
    "not supported on Redshift tables",
  ],
  ["select * from t join pg_class on true", "not supported on Redshift tables"],
  [
    "select a from t where not exists (select 1 from s where not exists (select 1 from s as u where u.a = t.a))",
    "correlated subquery pattern",
  ],
  ["select (select s.b from s where s.a = t.a limit 1) from t", "correlated subquery pattern"],
  [
    "select a from t where b in (select sum(s.b) over () from s where s.a = t.a)",
    "correlated subquery pattern",
  ],
  [
    "select t.a from t left join s on t.a = s.a and s.b = (select max(u.b) from t as u where u.a = s.a)",
    "correlated subquery pattern",
  ],
  [
    "select cast(a > 1 as varchar(5)) from (select 2 as a) as x",
    "cannot cast type boolean to character varying",
  ],
])("%s is refused", async (statement, message) => {
  expect(await redshift.refusal(statement)).toContain(message);
});

const merge = (changed: Record<string, string> = {}) => {
  const parts = {
    target: "t",
    source: "s",
    matched: "when matched then update set a = s.a, c = s.c",
    unmatched: "when not matched then insert (a, b) values (s.a, s.b)",
    ...changed,
  };
  return `merge into ${parts.target} using ${parts.source} on t.a = s.a ${parts.matched} ${parts.unmatched}`;
};

test.each([
  [{ target: "t as target" }, "MERGE takes no alias of its target"],
  [{ source: "(select 1 as a) as s" }, "must be a table"],
  [{ source: "t as s" }, "cannot be the same table"],
  [{ matched: "when matched then update set t.a = s.a" }, "by their names alone"],
  [{ matched: "" }, "exactly one WHEN MATCHED and one WHEN NOT MATCHED"],
  [{ unmatched: "" }, "exactly one WHEN MATCHED and one WHEN NOT MATCHED"],
  [{ matched: "when matched and s.b > 1 then delete" }, "WHEN … AND is not supported"],
  [{ matched: "when matched then do nothing" }, "DO NOTHING is not supported"],
  [{ unmatched: "when not matched by source then delete" }, "exactly one WHEN MATCHED"],
])("a merge with %j is refused", async (changed, message) => {
  expect(await redshift.refusal(merge(changed))).toContain(message);
});

test("a merge in Redshift's own form changes and inserts rows", async () => {
  await redshift.run("insert into t (a, b, c) values (1, 1, 'old')");
  await redshift.run("insert into s (a, b, c) values (1, 9, 'new'), (2, 2, 'more')");
  await redshift.run(merge());
  expect(await redshift.rows("select a, b, c from t order by a")).toEqual([
    ["1", "1", "new"],
    ["2", "2", null],
  ]);
  await redshift.run("delete from t");
});
