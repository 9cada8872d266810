import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { prepareDatabase, RedshiftError } from "./execute-statement.ts";
import { openTestRedshift, type TestRedshift } from "./testing/test-redshift.ts";

let redshift: TestRedshift;
const run = (sql: string) => redshift.run(sql);

beforeAll(async () => {
  redshift = await openTestRedshift();
});

afterAll(() => redshift.close());

test("a result's columns carry the types that its statement declares", async () => {
  const { columns, rows, rowCount } = await run(`
    select cast(1 as smallint) as a, 2 as b, cast(3 as bigint) as c, cast(4.5 as numeric(10,2)) as d,
      cast('é' as varchar(7)) as e, true as f, date '2025-03-17' as g,
      timestamp '2025-03-17 01:02:03' as h, timestamptz '2025-03-17 01:02:03+01' as i,
      cast(1.5 as double precision) as j, cast(null as integer) as k`);
  expect(columns.map(({ name, typeName }) => `${name} ${typeName}`)).toEqual([
    "a int2",
    "b int4",
    "c int8",
    "d numeric",
    "e varchar",
    "f bool",
    "g date",
    "h timestamp",
    "i timestamptz",
    "j float8",
    "k int4",
  ]);
  expect(columns[3]).toMatchObject({ precision: 10, scale: 2 });
  expect(columns[4]).toMatchObject({ length: 7 });
  expect(rows).toEqual([
    [
      "1",
      "2",
      "3",
      "4.50",
      "é",
      "t",
      "2025-03-17",
      "2025-03-17 01:02:03",
      "2025-03-17 00:02:03+00",
      "1.5",
      null,
    ],
  ]);
  expect(rowCount).toBe(1);
});

test("statements tell how many rows they changed, and those that make a table tell none", async () => {
  expect(await run("create table counted as select 1 as a")).toMatchObject({
    rowCount: -1,
    hasResultSet: false,
  });
  expect(await run("insert into counted values (2), (3)")).toMatchObject({ rowCount: 2 });
  expect(await run("delete from counted where a < 3")).toMatchObject({ rowCount: 2 });
  expect(await run("select a from counted where a = 0")).toMatchObject({
    rowCount: 0,
    hasResultSet: true,
  });
});

test("a refusal carries its message and its SQLSTATE", async () => {
  const refusal = await run("select * from missing").catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RedshiftError);
  expect(refusal).toMatchObject({
    message: 'ERROR: relation "missing" does not exist',
    code: "42P01",
  });
});

test("one statement is one statement", async () => {
  expect(await redshift.refusal("select 1; select 2")).toBe(
    "ERROR: cannot insert multiple commands into a prepared statement",
  );
  expect(await redshift.refusal("-- nothing")).toMatch("The statement is empty");
  expect(await redshift.rows("select ';' ;")).toEqual([[";"]]);
});

test("backslashes in texts are escapes, and names are lower case even in quotes", async () => {
  expect(await redshift.rows(String.raw`select 'a\'b\n\\', 'it''s', '\101'`)).toEqual([
    ["a'b\n\\", "it's", "A"],
  ]);
  await run('create table "Folded" ("Some Column" integer)');
  expect((await run('select "SOME COLUMN" from folded')).columns[0]?.name).toBe("some column");
  expect(await redshift.refusal(`select 1 as ${"x".repeat(128)}`)).toMatch(
    "exceeds the limit (127",
  );
  expect(await redshift.refusal(`select 1 as ${"x".repeat(64)}`)).toMatch(
    "the stand-in holds names",
  );
});

test("a database may be prepared again, by two at once, and keeps what is in it", async () => {
  await run("create table prepared as select 1 as a");
  await run("create view late as select * from public.prepared with no schema binding");
  const other = await redshift.connect();
  await Promise.all([prepareDatabase(redshift.client), prepareDatabase(other.client)]);
  expect(await other.rows("select a from late")).toEqual([["1"]]);
});
