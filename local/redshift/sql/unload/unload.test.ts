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

test("types and values of every column come through Parquet and back unchanged", async () => {
  await redshift.run(`create table t (a smallint, b integer, c bigint, d numeric(18,2), e boolean,
    f double precision, g date, h timestamp, j varchar(50), k numeric(38,4))`);
  await redshift.run(String.raw`insert into t values
    (1, 2, 3, -4.50, true, 0.1, '2025-03-17', '2025-03-17 01:02:03.456789', 'quo"te''s, é\n\\N', 12345678901234567890123456789012.1234),
    (null, null, null, null, null, null, null, null, '', null), (2, null, 9007199254740993, 0, false, 1e300, null, null, null, null)`);
  await redshift.run(
    `unload ('select * from t order by a') to 's3://lake/types/' ${options} parallel off`,
  );
  expect(await lake.keys("types/")).toEqual(["types/000.parquet"]);
  const types = await lake.askParquet(
    "s3://lake/types/000.parquet",
    "describe select * from {file}",
  );
  expect(types.map((row) => row["column_type"])).toEqual([
    ...["SMALLINT", "INTEGER", "BIGINT", "DECIMAL(18,2)", "BOOLEAN", "DOUBLE", "DATE", "TIMESTAMP"],
    ...["VARCHAR", "DECIMAL(38,4)"],
  ]);
  await redshift.run("create table back (like t)");
  await redshift.run(`copy back from 's3://lake/types/' ${options}`);
  expect(await redshift.rows("select * from back order by a")).toEqual(
    await redshift.rows("select * from t order by a"),
  );
});

test("a query in quotes doubles its own, or stands between dollars", async () => {
  await redshift.run(
    `unload ('select ''it''''s'' as a') to 's3://lake/quoted/' ${options} parallel off`,
  );
  await redshift.run(
    `unload ($$select 'it''s' as a$$) to 's3://lake/dollars/' ${options} parallel off`,
  );
  for (const folder of ["quoted", "dollars"])
    expect(await lake.askParquet(`s3://lake/${folder}/000.parquet`, "from {file}")).toEqual([
      { a: "it's" },
    ]);
});

test("slices write files of their own, and a verbose manifest tells their rows, bytes and columns", async () => {
  await redshift.run(
    "create table t as select 1 as a, cast('x' as varchar(7)) as b, cast(2 as numeric(10,2)) as c",
  );
  await redshift.run("insert into t values (2, 'y', 3), (3, null, 4)");
  await redshift.run(
    `unload ('select * from t') to 's3://lake/sliced/t_' ${options} manifest verbose`,
  );
  expect(await lake.keys("sliced/")).toEqual([
    "sliced/t_0000_part_00.parquet",
    "sliced/t_0001_part_00.parquet",
    "sliced/t_manifest",
  ]);
  const manifest = JSON.parse(await lake.text("s3://lake/sliced/t_manifest")) as {
    entries: { url: string; meta: { content_length: number; record_count: number } }[];
    meta: object;
  };
  expect(manifest).toMatchObject({
    entries: [
      { url: "s3://lake/sliced/t_0000_part_00.parquet", meta: { record_count: 2 } },
      { url: "s3://lake/sliced/t_0001_part_00.parquet", meta: { record_count: 1 } },
    ],
    schema: {
      elements: [
        { name: "a", type: { base: "integer" } },
        { name: "b", type: { base: "character varying", max_length: 7 } },
        { name: "c", type: { base: "numeric", precision: 10, scale: 2 } },
      ],
    },
    meta: { record_count: 3 },
    author: { name: "Amazon Redshift", version: "1.0.0" },
  });
  await redshift.run("create table copied (like t)");
  await redshift.run(`copy copied from 's3://lake/sliced/t_manifest' ${options} manifest`);
  expect(await redshift.rows("select * from copied order by a")).toEqual(
    await redshift.rows("select * from t order by a"),
  );
});

test("no rows make no files and no manifest", async () => {
  await redshift.run("create table t (a integer)");
  await redshift.run(
    `unload ('select * from t') to 's3://lake/empty/' ${options} manifest verbose`,
  );
  expect(await lake.keys("empty/")).toEqual([]);
});

test("a prefix that is in use is refused, written over or cleaned, as the statement says", async () => {
  const unload = (query: string, more = "") =>
    `unload ('${query}') to 's3://lake/used/' ${options} parallel off ${more}`;
  await lake.write("old", "s3://lake/used/old");
  expect(await redshift.refusal(unload("select 1 as a"))).toMatch(
    "Specified unload destination on S3 is not empty",
  );
  await redshift.run(unload("select 1 as a", "allowoverwrite"));
  expect(await lake.keys("used/")).toEqual(["used/000.parquet", "used/old"]);
  await redshift.run(unload("select 2 as a", "cleanpath"));
  expect(await lake.keys("used/")).toEqual(["used/000.parquet"]);
  expect(await lake.askParquet("s3://lake/used/000.parquet", "from {file}")).toEqual([{ a: 2 }]);
});

test("partitions are folders whose column is dropped, unless it is included", async () => {
  await redshift.run(
    "create table t as select 1 as a, cast('x/y' as varchar(5)) as p, date '2025-03-17' as d",
  );
  await redshift.run("insert into t values (2, null, '2025-03-17'), (3, 'z', '2025-03-18')");
  await redshift.run(
    `unload ('select * from t') to 's3://lake/parts' ${options} partition by (d, p)`,
  );
  expect(await lake.keys("parts/")).toEqual([
    "parts/d=2025-03-17/p=__HIVE_DEFAULT_PARTITION__/0000_part_00.parquet",
    "parts/d=2025-03-17/p=x%2Fy/0000_part_00.parquet",
    "parts/d=2025-03-18/p=z/0000_part_00.parquet",
  ]);
  const url = "s3://lake/parts/d=2025-03-18/p=z/0000_part_00.parquet";
  expect(await lake.askParquet(url, "from {file}")).toEqual([{ a: 3 }]);
  await redshift.run(
    `unload ('select * from t where a = 3') to 's3://lake/included/' ${options} partition by (d, p) include`,
  );
  const included = "s3://lake/included/d=2025-03-18/p=z/0000_part_00.parquet";
  expect(await lake.askParquet(included, "from {file}")).toEqual([
    { a: 3, p: "z", d: "2025-03-18" },
  ]);
});

test("large results are split at the size that the statement allows, in order", async () => {
  await redshift.run("create table t (a bigint, b varchar(40))");
  await redshift.client.query(
    "insert into t select n, md5(n::text) || substr(md5((n * 7)::text), 1, 8) from generate_series(1, 300000) as n",
  );
  await redshift.run(
    `unload ('select * from t order by a') to 's3://lake/split/' ${options} parallel off maxfilesize 5 mb extension 'pq'`,
  );
  const keys = await lake.keys("split/");
  expect(keys.length).toBeGreaterThan(1);
  expect(keys[0]).toBe("split/000.pq");
  let last = 0;
  for (const key of keys) {
    const [range] = await lake.askParquet(
      `s3://lake/${key}`,
      "select min(a)::integer as low, max(a)::integer as high, count(*)::integer as n from {file}",
    );
    expect(range).toEqual({
      low: last + 1,
      high: expect.any(Number),
      n: Number(range?.["high"]) - last,
    });
    last = Number(range?.["high"]);
  }
  expect(last).toBe(300_000);
});

test("a numeric without a declared scale keeps all of its digits", async () => {
  await redshift.run(
    `unload ('select sum(a) as s from (select cast(1.25 as numeric(10,2)) as a) as x') to 's3://lake/open/' ${options} parallel off`,
  );
  const [type] = await lake.askParquet(
    "s3://lake/open/000.parquet",
    "describe select * from {file}",
  );
  expect(type?.["column_type"]).toBe("DECIMAL(38,2)");
});

test("a late-binding view is unloaded as it is now", async () => {
  await redshift.run("create table t as select 1 as a");
  await redshift.run(
    "create or replace view late as select * from public.t with no schema binding",
  );
  await redshift.run("drop table t");
  await redshift.run("create table t as select 5 as b");
  await redshift.run(`unload ('select * from late') to 's3://lake/late/' ${options} parallel off`);
  expect(await lake.askParquet("s3://lake/late/000.parquet", "from {file}")).toEqual([{ b: 5 }]);
});

test.each([
  ["('select 1 as a limit 1')", options, "Limit clause is not supported"],
  ["('delete from t')", options, "UNLOAD takes a SELECT"],
  ["(select 1)", options, 'syntax error at or near "select"'],
  ["('select 1 as a')", "format as parquet", "UNLOAD needs IAM_ROLE"],
  ["('select 1 as a')", "iam_role default csv", "the stand-in unloads PARQUET only, not CSV"],
  ["('select 1 as a')", `${options} header`, "HEADER is not supported for UNLOAD to PARQUET"],
  ["('select 1 as a')", `${options} allowoverwrite cleanpath`, "cannot be used together"],
  ["('select 1 as a')", `${options} partition by (b)`, 'Partition column "b" is not in'],
  ["('select 1 as a')", `${options} partition by (a)`, "at least one column that is no partition"],
  [
    "('select 1 as a')",
    `${options} maxfilesize 1 mb`,
    "MAXFILESIZE must be between 5 MB and 6.2 GB",
  ],
  ["('select 1 as a, 2 as a')", options, 'column "a" specified more than once'],
])("unload %s … %s is refused", async (query, given, message) => {
  expect(await redshift.refusal(`unload ${query} to 's3://lake/refused/' ${given}`)).toMatch(
    message,
  );
  expect(await lake.keys("refused/")).toEqual([]);
});
