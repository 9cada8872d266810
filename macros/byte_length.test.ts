import { describe, expect, test } from "@jest/globals";
import byteLength from "./byte_length.ts";
import { valueOf } from "../tests/testing/duckdb.ts";

describe("byte_length", () => {
  test("is spelled as each engine spells it", () => {
    expect(byteLength({ dialect: "duckdb" }, "email")).toBe("strlen(email)");
    expect(byteLength({ dialect: "redshift" }, "email")).toBe("octet_length(email)");
  });

  test("counts bytes, not characters, so that a name that fits here fits in Redshift", async () => {
    expect(await valueOf(byteLength({ dialect: "duckdb" }, "'Peña 🛒'"))).toBe("10");
  });
});
