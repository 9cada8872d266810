import { describe, expect, test } from "@jest/globals";
import { valueOf } from "../tests/testing/duckdb.ts";
import utc from "./utc.ts";

describe("utc", () => {
  test.each(["duckdb", "redshift"] as const)("takes the zone off in UTC on %s", (dialect) => {
    expect(utc({ dialect }, "joined_at")).toBe("cast(joined_at at time zone 'UTC' as timestamp)");
  });

  test("does not shift times into the session's zone", async () => {
    const sql = utc({ dialect: "duckdb" }, "timestamptz '2026-01-02 01:30:00.123456+08'");
    expect(await valueOf(sql)).toBe("2026-01-01 17:30:00.123456");
  });
});
