import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openTestRedshift, type TestRedshift } from "./testing/test-redshift.ts";

let redshift: TestRedshift;

beforeAll(async () => {
  redshift = await openTestRedshift();
});

afterAll(() => redshift.close());

const columnsOf = async (table: string) =>
  (await redshift.run(`select * from ${table}`)).columns.map(
    ({ name, typeName, length, precision, scale }) =>
      `${name} ${typeName}` +
      (typeName === "varchar" ? `(${length})` : "") +
      (typeName === "numeric" ? `(${precision},${scale})` : ""),
  );

test("a table's distribution, order and encodings are accepted, on columns and behind them", async () => {
  await redshift.run(`create table public.sales (
      sale_id bigint not null encode az64 distkey,
      sold_at timestamp encode raw sortkey,
      note varchar(20) default 'encode' encode zstd,
      payload super,
      primary key (sale_id), unique (note), foreign key (sale_id) references public.sales (sale_id)
    ) backup no diststyle key`);
  await redshift.run(`create table if not exists ordered (a integer, b date)
    diststyle key distkey (a) compound sortkey (b, a)`);
  await redshift.run(
    "create temp table mixed (a int, b int) interleaved sortkey (a, b) encode auto",
  );
  await redshift.run("create table automatic (a int) diststyle auto sortkey auto");
  expect(await columnsOf("sales")).toEqual([
    "sale_id int8",
    "sold_at timestamp",
    "note varchar(20)",
    "payload super",
  ]);
});

test("a table's query may follow its attributes", async () => {
  await redshift.run(`create table summary diststyle key distkey(k) sortkey (d)
    as select 1 as k, date '2025-03-17' as d, cast('x' as varchar(5)) as t`);
  expect(await columnsOf("summary")).toEqual(["k int4", "d date", "t varchar(5)"]);
});

test.each([
  ["(a int) distkey (b)", 'column "b" specified as distkey/sortkey is not in the table "t"'],
  ["(a int) sortkey (a, c)", 'column "c" specified as distkey/sortkey is not in the table "t"'],
  ["distkey (b) as select 1 as a", 'column "b" specified as distkey/sortkey is not in the table'],
  ["(a int) diststyle key", "must specify a DISTKEY column when DISTSTYLE KEY is specified"],
  ["(a int) diststyle even distkey (a)", "when DISTSTYLE EVEN is specified"],
  ["(a int distkey, b int distkey)", "cannot specify more than one column as distkey"],
  ["(a int sortkey, b int) sortkey (b)", "cannot specify both a table and a column SORTKEY"],
  ["(a int encode zip)", 'invalid encoding type specified for column "a"'],
  ["(a varchar(5) encode az64)", "az64 does not fit varchar"],
  ["(a int) diststyle odd", 'syntax error at or near "odd"'],
  ["(a int) sortkey (a) sortkey (a)", "multiple SORTKEY clauses are not allowed"],
  ["(a super) sortkey (a)", "of type super cannot be a distkey or sortkey"],
  ["(a int check (a > 0))", "CHECK constraints are not supported"],
  ["(a varchar(65536))", "length for type varchar cannot exceed 65535"],
  ["(a numeric(39,2))", "DECIMAL precision 39 must be between 1 and 38"],
  ["(a timestamp(3))", "timestamp has no precision in Redshift"],
])("create table t %s is refused", async (definition, message) => {
  expect(await redshift.refusal(`create table t ${definition}`)).toMatch(message);
});

test("types without a length have Redshift's, in tables and in casts", async () => {
  await redshift.run("create table lengths (a varchar, b varchar(max), c text, d decimal, e char)");
  expect(await columnsOf("lengths")).toEqual([
    "a varchar(256)",
    "b varchar(65535)",
    "c varchar(256)",
    "d numeric(18,0)",
    "e bpchar",
  ]);
  await redshift.run(
    "create table casts as select 'é'::varchar as a, cast(1.5 as decimal) as b, 2::numeric(5,1) as c",
  );
  expect(await columnsOf("casts")).toEqual(["a varchar(256)", "b numeric(18,0)", "c numeric(5,1)"]);
});

test("a varchar's length counts bytes: a cast cuts whole characters off, and an insert fails", async () => {
  expect(await redshift.rows("select cast('aéé' as varchar(4)), 'éé'::varchar(3)")).toEqual([
    ["aé", "é"],
  ]);
  await redshift.run("create table narrow (a varchar(4))");
  await redshift.run("insert into narrow values ('éé'), ('ab    ')");
  expect(await redshift.refusal("insert into narrow values ('ééx')")).toMatch(
    "Value too long for character type",
  );
  expect(await redshift.refusal("insert into narrow select cast('ééé' as varchar(9))")).toMatch(
    "Value too long for character type",
  );
  expect(await redshift.refusal("update narrow set a = 'xxéx'")).toMatch("Value too long");
  expect(await redshift.rows("select a from narrow order by a")).toEqual([["ab  "], ["éé"]]);
});

test("keys are accepted and not enforced, and a primary key holds no nulls", async () => {
  await redshift.run("create table keyed (id integer primary key, twin integer unique)");
  await redshift.run("insert into keyed values (1, 1), (1, 1)");
  expect(await redshift.rows("select count(*) from keyed")).toEqual([["2"]]);
  expect(await redshift.refusal("insert into keyed values (null, 1)")).toMatch(
    "null value in column",
  );
});

test("an identity counts by its seed and step", async () => {
  await redshift.run("create table counted (id bigint identity(0, 2), name varchar(5))");
  await redshift.run("insert into counted (name) values ('a'), ('b')");
  expect(await redshift.rows("select id from counted order by id")).toEqual([["0"], ["2"]]);
});
