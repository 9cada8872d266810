import { describe, expect, test } from "@jest/globals";
import dateId from "./date_id.ts";
import { valueOf } from "../tests/testing/duckdb.ts";

describe("date_id", () => {
  test.each(["duckdb", "redshift"] as const)(
    "counts year, month and day into one integer on %s",
    (dialect) => {
      expect(dateId({ dialect }, "sold_at")).toBe(
        "cast(extract(year from sold_at) * 10000 + extract(month from sold_at) * 100 + extract(day from sold_at) as integer)",
      );
    },
  );

  test("gives the day of the last microsecond before midnight", async () => {
    const sql = dateId({ dialect: "duckdb" }, "timestamp '2026-01-09 23:59:59.999999'");
    expect(await valueOf(sql)).toBe("20260109");
  });
});
