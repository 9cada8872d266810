import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openTestRedshift, type TestRedshift } from "./testing/test-redshift.ts";

let redshift: TestRedshift;

beforeAll(async () => {
  redshift = await openTestRedshift();
  await redshift.run("create table t (a integer, b varchar(10))");
});

afterAll(() => redshift.close());

/** The text from the told place on; undefined where none was told. */
async function told(statement: string): Promise<string | undefined> {
  const position = /\n {2}Position: (\d+)$/.exec(await redshift.refusal(statement))?.[1];
  return (
    position &&
    Array.from(statement)
      .slice(Number(position) - 1)
      .join("")
  );
}

describe("a syntax error tells its place in the statement as it was submitted", () => {
  test.each([
    ["selct 1", "selct 1"],
    ["select 'é🛒', from t", "from t"],
    ["select 'it\\'s', \"A\" a b from t", "b from t"],
    ["select nvl2(a, b, b), decode(a, 1, 2, 3), convert(integer, b) b c from t", "c from t"],
    ["select top 3 a, listagg(b, ',') within group (order by a) b c from t", "c from t"],
    ["select dateadd(day, 1, getdate()) -- (\n  /* ' */ a b from t;\n", "b from t;\n"],
    ["select nvl2(a, b) from t", "nvl2(a, b) from t"],
    ["create table n diststyle all sortkey (a) as\nselect a b c from t", "c from t"],
    ["create table n (a integer encode az64, tag integer)", "tag integer)"],
    ["create table n (a integer) sortkey a", "a"],
    [
      "create view v as\n  select a b c from s.t\nwith no schema binding",
      "c from s.t\nwith no schema binding",
    ],
    [
      "create view v as -- why\n  delete from s.t\nwith no schema binding",
      "-- why\n  delete from s.t\nwith no schema binding",
    ],
    ["alter table t add column c integer encode zstd default 1 x", "x"],
    ["copy t (a) from 's3://lake/x' iam_role default format as parquet wrongly", "wrongly"],
    ["unload ('select 1') to 's3://lake/x' iam_role default sideways", "sideways"],
    ["select 'abc", "'abc"],
    ["select a from t where", ""],
  ])("%s", async (statement, rest) => {
    expect(await told(statement)).toBe(rest);
  });

  test("whatever was translated before it", async () => {
    const parts = fc.array(
      fc.constantFrom(
        "nvl(a, 1),\n",
        "nvl2(a, b, 'é🛒'),",
        "decode(b, 'x', nvl(a, 2), 'y', 3),",
        "convert(varchar(max), a), ",
        "listagg(b, ',') within group (order by b), -- list\n",
        'avg(a) as "Mean", ',
        "datediff(day, getdate(), sysdate), /* 🛒 */",
        "'a\\tb''c', ",
        "cast(a as varchar(5)), ",
      ),
    );
    await fc.assert(
      fc.asyncProperty(parts, parts, async (before, after) => {
        const rest = `wrong here, ${after.join("")}1 from t`;
        expect(await told(`select ${before.join("")}a as ${rest}`)).toBe(
          rest.slice("wrong ".length),
        );
      }),
      { numRuns: 60 },
    );
  });
});

test.each([
  "select missing from t",
  "select a from missing",
  "select missing(a) from t",
  "select cast(a as missing) from t",
  "select distinct on (a) b from t",
  "unload ('select a b c from t') to 's3://lake/x' iam_role default format as parquet",
])(
  "Redshift tells no place of other errors, and none inside a quoted query: %s",
  async (statement) => {
    expect(await told(statement)).toBeUndefined();
  },
);
