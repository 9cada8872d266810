import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { rowsOf } from "../tests/testing/duckdb.ts";

test("digits gives each digit once, so that cross joins of it count without gaps", async () => {
  const digits = (await readFile(new URL("digits.hbs", import.meta.url), "utf8")).replace(
    /\{\{!--.*?--\}\}/s,
    "",
  );
  const rows = await rowsOf(
    `with digits as (${digits})
     select count(*), count(distinct ones.digit + 10 * tens.digit), max(ones.digit + 10 * tens.digit)
     from digits as ones cross join digits as tens`,
  );
  expect(rows).toEqual([["100", "100", "99"]]);
});
