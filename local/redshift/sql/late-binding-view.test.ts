import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { openTestRedshift, type TestRedshift } from "./testing/test-redshift.ts";

let redshift: TestRedshift;

beforeAll(async () => {
  redshift = await openTestRedshift();
});

beforeEach(async () => {
  await redshift.run("drop schema if exists gold cascade");
  await redshift.run("drop schema if exists _physical cascade");
  await redshift.run("create schema gold");
  await redshift.run("create schema _physical");
});

afterAll(() => redshift.close());

const publish = (query: string) =>
  redshift.run(`create or replace view gold.sales as ${query} with no schema binding`);

test("a table under a late-binding view can be dropped and made again, and the view follows it", async () => {
  await redshift.run("create table _physical.one as select 1 as a");
  await publish("select * from _physical.one");
  expect(await redshift.rows("select * from gold.sales")).toEqual([["1"]]);
  await redshift.run("drop table _physical.one");
  expect(await redshift.refusal("select * from gold.sales")).toBe(
    'ERROR: relation "_physical.one" does not exist',
  );
  await redshift.run("create table _physical.one as select 'x'::varchar(5) as b, 2 as a");
  const { columns, rows } = await redshift.run("select * from gold.sales");
  expect(columns.map(({ name, typeName }) => `${name} ${typeName}`)).toEqual([
    "b varchar",
    "a int4",
  ]);
  expect(rows).toEqual([["x", "2"]]);
});

test("an ordinary view keeps its table from being dropped", async () => {
  await redshift.run("create table _physical.one as select 1 as a");
  await redshift.run("create view gold.bound as select a from _physical.one");
  expect(await redshift.refusal("drop table _physical.one")).toMatch(
    "cannot drop table _physical.one because other objects depend on it",
  );
});

test("select * follows columns that are added, renamed and dropped", async () => {
  await redshift.run("create table _physical.one (a integer, b integer)");
  await publish("select * from _physical.one");
  const names = async () =>
    (await redshift.run("select * from gold.sales")).columns.map(({ name }) => name);
  await redshift.run("alter table _physical.one add column c integer");
  expect(await names()).toEqual(["a", "b", "c"]);
  await redshift.run("alter table _physical.one rename column a to first");
  expect(await names()).toEqual(["first", "b", "c"]);
  await redshift.run("alter table _physical.one drop column b");
  expect(await names()).toEqual(["first", "c"]);
});

test("a view may be made before what it reads, but its schema must be there", async () => {
  await publish("select a from _physical.later");
  await redshift.run("create table _physical.later as select 7 as a");
  expect(await redshift.rows("select a from gold.sales")).toEqual([["7"]]);
  expect(
    await redshift.refusal(
      "create view gold.lost as select 1 as a from nowhere.later with no schema binding",
    ),
  ).toMatch('schema "nowhere" does not exist');
});

test("a view names its relations with their schemas", async () => {
  expect(
    await redshift.refusal("create view gold.v as select * from one with no schema binding"),
  ).toMatch("All the relation names inside should be qualified");
  await redshift.run("create table _physical.one as select 1 as a");
  await publish("with source as (select * from _physical.one) select * from source");
  expect(await redshift.rows("select * from gold.sales")).toEqual([["1"]]);
});

test("a view is repointed to a table with other columns, and keeps its grants", async () => {
  await redshift.run("create table _physical.one as select 1 as a");
  await redshift.run("create table _physical.two as select 'x'::varchar(3) as b");
  await redshift.run("create user reader password disable");
  await publish("select * from _physical.one");
  await redshift.run("grant usage on schema gold to reader");
  await redshift.run("grant select on gold.sales to reader");
  await publish("select * from _physical.two");
  await redshift.run("set session authorization reader");
  expect(await redshift.rows("select * from gold.sales")).toEqual([["x"]]);
  await redshift.run("set session authorization default");
});

test("views over views follow the table at the bottom", async () => {
  await redshift.run("create table _physical.one as select 1 as a");
  await publish("select * from _physical.one");
  await redshift.run("create view gold.top as select * from gold.sales with no schema binding");
  await redshift.run("drop table _physical.one");
  await redshift.run("create table _physical.one as select 1 as a, 2 as b");
  expect(await redshift.rows("select * from gold.top")).toEqual([["1", "2"]]);
  await redshift.run("drop view gold.sales");
  expect(await redshift.refusal("select * from gold.top")).toMatch('"gold.sales" does not exist');
});

test("what a transaction did to views is undone with it", async () => {
  await redshift.run("create table _physical.one as select 1 as a");
  await redshift.run("create table _physical.two as select 2 as a, 3 as b");
  await publish("select * from _physical.one");
  await redshift.run("begin");
  await publish("select * from _physical.two");
  await redshift.run("drop table _physical.one");
  expect(await redshift.rows("select * from gold.sales")).toEqual([["2", "3"]]);
  await redshift.run("rollback");
  expect(await redshift.rows("select * from gold.sales")).toEqual([["1"]]);
});

test("a reader never sees less than one published version while another session publishes", async () => {
  await redshift.run("create table _physical.one as select 1 as a");
  await publish("select * from _physical.one");
  const reader = await redshift.connect();
  await redshift.run("begin");
  await redshift.run("create table _physical.two as select 2 as a, 3 as b");
  await publish("select * from _physical.two");
  await redshift.run("drop table _physical.one");
  const reading = reader.rows("select * from gold.sales");
  await redshift.run("commit");
  expect(await reading).toEqual([["2", "3"]]);
});

test("dropping a schema leaves the late-binding views of other schemas", async () => {
  await redshift.run("create table _physical.one as select 1 as a");
  await publish("select a from _physical.one");
  await redshift.run("drop schema _physical cascade");
  expect(await redshift.refusal("select a from gold.sales")).toMatch("does not exist");
  await redshift.run("create schema _physical");
  await redshift.run("create table _physical.one as select 5 as a");
  expect(await redshift.rows("select a from gold.sales")).toEqual([["5"]]);
});
