import { expect, test } from "@jest/globals";
import { readUnloadManifest, unloadManifest, unloadStatement } from "./unload.ts";

test("an UNLOAD keeps its query whole: quotes, backslashes and a comment at its end", () => {
  const query = "select 'it''s \\ ' as a -- end";
  const prefix = "s3://bucket/gold/sales/run=r1/";
  expect(unloadStatement(query, prefix, { iamRole: "default", isParallel: false })).toBe(
    [
      "unload ('select ''it''''s \\\\ '' as a -- end\n')",
      `to '${prefix}'`,
      "iam_role default",
      "format as parquet",
      "manifest verbose",
      "extension 'parquet'",
      "encrypted auto",
      "maxfilesize 1 gb",
      "parallel off",
    ].join("\n"),
  );
  expect(
    unloadStatement("select 1", prefix, { iamRole: "arn:aws:iam::1:role/r", isParallel: true }),
  ).toMatch(/iam_role 'arn:aws:iam::1:role\/r'[^]*parallel on$/);
});

test("no file is larger than S3 copies to another key, which UNLOAD's own limit of 6.2 GB is", () => {
  const statement = unloadStatement("select 1", "s3://b/p/", {
    iamRole: "default",
    isParallel: true,
  });
  const most = Number(/maxfilesize ([\d.]+) gb/.exec(statement)?.[1]);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(5);
});

test("a verbose manifest tells each file's place, rows and bytes, in its order", () => {
  const entry = (n: number) => ({
    url: `s3://b/p/000${n}_part_00.parquet`,
    meta: { content_length: n * 10, record_count: n },
  });
  const text = JSON.stringify({
    entries: [entry(2), entry(1)],
    schema: { elements: [] },
    meta: { content_length: 30, record_count: 3 },
  });
  expect(readUnloadManifest(text, unloadManifest("s3://b/p/"))).toEqual([
    { location: "s3://b/p/0002_part_00.parquet", rows: 2, bytes: 20 },
    { location: "s3://b/p/0001_part_00.parquet", rows: 1, bytes: 10 },
  ]);
  expect(() => readUnloadManifest("<html>", "s3://b/p/manifest")).toThrow(
    "no manifest of them to s3://b/p/manifest",
  );
});
