import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { openTestRedshift, type TestRedshift } from "../testing/test-redshift.ts";
import { openTestStorage, type TestStorage } from "../testing/test-storage.ts";

let redshift: TestRedshift;
let lake: TestStorage;

beforeAll(async () => {
  lake = await openTestStorage();
  redshift = await openTestRedshift(lake.storage);
});

afterAll(async () => {
  await redshift.close();
  await lake.close();
});

beforeEach(() => redshift.run("drop table if exists t"));

const options = "iam_role default format as parquet";
const count = async () => Number((await redshift.rows("select count(*) from t"))[0]?.[0]);

/** Writes a manifest of these files and tells its address. */
async function manifest(name: string, entries: readonly object[]): Promise<string> {
  const url = `s3://lake/${name}/_manifest.json`;
  await lake.write(JSON.stringify({ entries, version: 1 }), url);
  return url;
}

test("every type comes out as it went into the file, nulls, quotes and line ends included", async () => {
  const bytes = await lake.writeParquet(
    `select 1::smallint as a, 2::integer as b, 3::bigint as c, 4.50::decimal(10,2) as d, true as e,
       1.5::double as f, date '2025-03-17' as g, timestamp '2025-03-17 01:02:03.456789' as h,
       timestamptz '2025-03-17 01:02:03+01' as i, 'quo"te''s, é' || chr(10) || '\\N' as j, '' as k, null::varchar as l
     union all select null, null, null, null, null, null, null, null, null, '\\N', null, 'x'`,
    "s3://lake/all/part.parquet",
  );
  const url = await manifest("all", [
    { url: "s3://lake/all/part.parquet", mandatory: true, meta: { content_length: bytes } },
  ]);
  await redshift.run(`create table t (a smallint, b integer, c bigint, d numeric(10,2), e boolean, f double precision,
    g date, h timestamp, i timestamptz, j varchar(50), k varchar(5), l varchar(5))`);
  const { rowCount } = await redshift.run(
    `copy public.t from '${url}' iam_role 'arn:aws:iam::123456789012:role/loader' format as parquet manifest`,
  );
  expect(rowCount).toBe(2);
  expect(await redshift.rows("select * from t order by a")).toEqual([
    [
      ...["1", "2", "3", "4.50", "t", "1.5", "2025-03-17", "2025-03-17 01:02:03.456789"],
      ...["2025-03-17 00:02:03+00", `quo"te's, é\n\\N`, "", null],
    ],
    [null, null, null, null, null, null, null, null, null, "\\N", null, "x"],
  ]);
});

test("columns are matched by position, and those that the list leaves out take their defaults", async () => {
  await lake.writeParquet("select 1 as x, 'b' as y", "s3://lake/position/1.parquet");
  await redshift.run("create table t (b varchar(5), c integer default 9, a integer)");
  await redshift.run(`copy t (a, b) from 's3://lake/position/' ${options}`);
  expect(await redshift.rows("select a, b, c from t")).toEqual([["1", "b", "9"]]);
  expect(await redshift.refusal(`copy t (a) from 's3://lake/position/' ${options}`)).toMatch(
    "Unmatched number of columns between table and file. Table columns: 1, Data columns: 2",
  );
  expect(await redshift.refusal(`copy t (a, z) from 's3://lake/position/' ${options}`)).toMatch(
    'column "z" of relation "t" does not exist',
  );
});

test.each([
  ["bigint", "1::integer"],
  ["integer", "1::bigint"],
  ["smallint", "1::integer"],
  ["varchar(10)", "1::integer"],
  ["integer", "'1'"],
  ["numeric(10,2)", "1::decimal(10,3)"],
  ["numeric(8,2)", "1::decimal(10,2)"],
  ["date", "timestamp '2025-03-17'"],
  ["boolean", "1::integer"],
  ["varchar(10)", "[1]"],
])("a %s refuses a file's %s", async (type, value) => {
  await lake.writeParquet(`select ${value} as x`, "s3://lake/misfit/1.parquet");
  await redshift.run(`create table t (x ${type})`);
  expect(await redshift.refusal(`copy t from 's3://lake/misfit/' ${options}`)).toMatch(
    "has an incompatible Parquet schema for column 'x'",
  );
});

test("a nested value needs SUPER and SERIALIZETOJSON", async () => {
  await lake.writeParquet("select {a: 'x', b: [1, 2]} as x", "s3://lake/nested/1.parquet");
  await redshift.run("create table t (x super)");
  expect(await redshift.refusal(`copy t from 's3://lake/nested/' ${options}`)).toMatch(
    "needs SERIALIZETOJSON",
  );
  await redshift.run(`copy t from 's3://lake/nested/' ${options} serializetojson`);
  expect(await redshift.rows("select x from t")).toEqual([['{"a": "x", "b": [1, 2]}']]);
});

test("a text that is too long in bytes fails the whole COPY", async () => {
  await lake.writeParquet("select 'ok' as x", "s3://lake/long/1.parquet");
  await lake.writeParquet("select 'éé' as x", "s3://lake/long/2.parquet");
  await redshift.run("create table t (x varchar(3))");
  const refusal = await redshift.refusal(`copy t from 's3://lake/long/' ${options}`);
  expect(refusal).toMatch("ERROR: Value too long for character type");
  expect(refusal).toMatch("Table: 3, Data: 4, File name: s3://lake/long/2.parquet");
  expect(await count()).toBe(0);
});

test("a prefix takes in the names that go on from it", async () => {
  await lake.writeParquet("select 1 as x", "s3://lake/sib/sales/1.parquet");
  await lake.writeParquet("select 2 as x", "s3://lake/sib/sales_old/1.parquet");
  await redshift.run("create table t (x integer)");
  await redshift.run(`copy t from 's3://lake/sib/sales' ${options}`);
  expect(await count()).toBe(2);
  expect(await redshift.refusal(`copy t from 's3://lake/sib/none' ${options}`)).toBe(
    "ERROR: The specified S3 prefix 'sib/none' does not exist",
  );
});

test("a manifest's files must have the lengths that it tells, and the mandatory ones must be there", async () => {
  const url = "s3://lake/strict/1.parquet";
  const bytes = await lake.writeParquet("select 1 as x", url);
  await redshift.run("create table t (x integer)");
  const copy = async (entries: readonly object[]) =>
    `copy t from '${await manifest("strict", entries)}' ${options} manifest`;
  const meta = { content_length: bytes };
  expect(await redshift.refusal(await copy([{ url }]))).toMatch("lacks meta.content_length");
  expect(
    await redshift.refusal(await copy([{ url, meta: { content_length: bytes + 1 } }])),
  ).toMatch(`has ${bytes} bytes, and its manifest says ${bytes + 1}`);
  const gone = { url: "s3://lake/strict/gone.parquet", meta };
  expect(
    await redshift.refusal(
      await copy([
        { url, meta },
        { ...gone, mandatory: true },
      ]),
    ),
  ).toMatch("The mandatory file s3://lake/strict/gone.parquet");
  expect(await redshift.refusal(await copy([gone]))).toMatch("none of its files exists");
  expect(await count()).toBe(0);
  await redshift.run(await copy([{ url, meta }, gone]));
  expect(await count()).toBe(1);
  expect(
    await redshift.refusal(`copy t from 's3://lake/strict/none.json' ${options} manifest`),
  ).toMatch("Problem reading manifest file - S3ServiceException:The specified key does not exist.");
  expect(await redshift.refusal(`copy t from '${url}' ${options} manifest`)).toMatch("valid JSON");
});

test("a COPY in a transaction goes with it", async () => {
  await lake.writeParquet("select 1 as x", "s3://lake/undone/1.parquet");
  await redshift.run("create table t (x integer not null)");
  await redshift.run("begin");
  try {
    await redshift.run(`copy t from 's3://lake/undone/' ${options}`);
  } finally {
    await redshift.run("rollback");
  }
  expect(await count()).toBe(0);
  await lake.writeParquet("select null::integer as x", "s3://lake/undone/2.parquet");
  expect(await redshift.refusal(`copy t from 's3://lake/undone/' ${options}`)).toMatch(
    'null value in column "x"',
  );
  expect(await count()).toBe(0);
});

test("more than one piece of the protocol comes through whole", async () => {
  await lake.writeParquet(
    "select range as x, repeat('y', 200) as y from range(50000)",
    "s3://lake/large/1.parquet",
  );
  await redshift.run("create table t (x bigint, y varchar(200))");
  const { rowCount } = await redshift.run(`copy t from 's3://lake/large/' ${options}`);
  expect(rowCount).toBe(50_000);
  expect(await redshift.rows("select sum(x), sum(len(y)) from t")).toEqual([
    ["1249975000", "10000000"],
  ]);
});

test.each([
  ["format as parquet", "COPY needs IAM_ROLE"],
  ["iam_role 'me' format as parquet", "Invalid IAM role"],
  ["iam_role default", "the stand-in copies PARQUET only"],
  ["iam_role default format csv", "the stand-in copies PARQUET only, not CSV"],
  [`${options} maxerror 10`, "MAXERROR argument is not supported for PARQUET based COPY"],
  [`${options} region 'us-east-1'`, "REGION argument is not supported for PARQUET based COPY"],
  [`${options} gzip`, "GZIP argument is not supported"],
  [`${options} quickly`, 'syntax error at or near "quickly"'],
])("copy t from … %s is refused", async (given, message) => {
  await redshift.run("create table t (x integer)");
  expect(await redshift.refusal(`copy t from 's3://lake/none/' ${given}`)).toMatch(message);
});

test("what is no table, and what is no Parquet file, is refused", async () => {
  await redshift.run("create or replace view v as select 1 as x");
  await lake.write("no parquet", "s3://lake/text/1.parquet");
  await redshift.run("create table t (x integer)");
  expect(await redshift.refusal(`copy v from 's3://lake/text/' ${options}`)).toMatch(
    "cannot copy to the view",
  );
  expect(await redshift.refusal(`copy none from 's3://lake/text/' ${options}`)).toMatch(
    'relation "none" does not exist',
  );
  expect(await redshift.refusal(`copy t from 's3://lake/text/' ${options}`)).toMatch(
    "is not a Parquet file",
  );
});
