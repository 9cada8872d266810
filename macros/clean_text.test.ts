import { describe, expect, test } from "@jest/globals";
import cleanText from "./clean_text.ts";
import { valueOf } from "../tests/testing/duckdb.ts";

describe("clean_text", () => {
  test("is spelled as each engine spells it", () => {
    const blanks = "' ' || chr(9) || chr(10) || chr(13)";
    expect(cleanText({ dialect: "duckdb" }, "name")).toBe(`nullif(trim(name, ${blanks}), '')`);
    expect(cleanText({ dialect: "redshift" }, "name")).toBe(`nullif(btrim(name, ${blanks}), '')`);
  });

  test("keeps what stands inside and takes blanks, tabs and line ends off around it", async () => {
    const sql = cleanText({ dialect: "duckdb" }, "chr(9) || ' Mary  Ann ' || chr(13) || chr(10)");
    expect(await valueOf(sql)).toBe("Mary  Ann");
  });

  test("makes a text of nothing but blanks null, so that it counts as empty", async () => {
    expect(await valueOf(cleanText({ dialect: "duckdb" }, "' ' || chr(9)"))).toBeNull();
  });
});
