import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openTestRedshift, type TestRedshift } from "../testing/test-redshift.ts";
import { reservedNames } from "./reserved-words.ts";

let redshift: TestRedshift;

beforeAll(async () => {
  redshift = await openTestRedshift();
  await redshift.run('create table t (a integer, "tag" integer)');
});

afterAll(() => redshift.close());

describe("a reserved word is refused as a name without quotes, and taken in them,", () => {
  test.each([...reservedNames])("%s", async (word) => {
    const statements = (name: string) => [
      `create table kept_${word} (${name} integer)`,
      `insert into kept_${word} (${name}) values (1)`,
      `select ${name} from kept_${word}`,
      `with ${name} as (select 1 as a) select a from ${name}`,
      `select a as ${name} from t`,
    ];
    for (const statement of statements(word))
      expect(await redshift.refusal(statement)).toContain(`syntax error at or near "${word}"`);
    for (const statement of statements(`"${word}"`)) await redshift.run(statement);
    expect(await redshift.rows(`select k.${word} from kept_${word} as k`)).toEqual([["1"]]);
  });
});

test.each([
  ["create table raw (a integer)", "raw"],
  ["create table k (a integer) sortkey (tag)", "tag"],
  ["create table raw.t as select 1 as a", "raw"],
  ["alter table t add column new integer", "new"],
  ["copy raw.t (a) from 's3://lake/x' iam_role default format as parquet", "raw"],
  ["copy t (a, tag) from 's3://lake/x' iam_role default format as parquet", "tag"],
  ["update t set tag = 1", "tag"],
  ["select a from t as open", "open"],
])("%s is refused", async (statement, word) => {
  expect(await redshift.refusal(statement)).toContain(`syntax error at or near "${word}"`);
});

test.each([
  "create table clauses (a integer encode raw identity(1, 1), b integer encode delta) backup no",
  "select top 1 a from t",
  "select a from t minus select a from t",
  "set query_group to 'tag'",
  "select 'raw', t.tag /* new */ from t -- old",
])("%s is taken: there the word is Redshift's own", async (statement) => {
  await redshift.run(statement);
});
