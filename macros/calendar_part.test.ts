import { describe, expect, test } from "@jest/globals";
import calendarPart from "./calendar_part.ts";
import { valueOf } from "../tests/testing/duckdb.ts";

const duckdb = { dialect: "duckdb" } as const;
const redshift = { dialect: "redshift" } as const;

describe("calendar_part", () => {
  test.each([
    [
      "iso_day",
      "extract(isodow from d)",
      "(case extract(dow from d) when 0 then 7 else extract(dow from d) end)",
    ],
    ["iso_week", "extract(week from d)", "cast(to_char(d, 'IW') as integer)"],
    ["iso_year", "extract(isoyear from d)", "cast(to_char(d, 'IYYY') as integer)"],
    ["day_name", "dayname(d)", "trim(to_char(d, 'Day'))"],
    ["month_name", "monthname(d)", "trim(to_char(d, 'Month'))"],
  ])("spells %s as each engine does", (part, onDuckdb, onRedshift) => {
    expect(calendarPart(duckdb, part, "d")).toBe(onDuckdb);
    expect(calendarPart(redshift, part, "d")).toBe(onRedshift);
  });

  test.each([
    ["2021-01-03", ["7", "53", "2020", "Sunday", "January"]],
    ["2024-12-30", ["1", "1", "2025", "Monday", "December"]],
  ])("puts %s around New Year into its ISO week", async (day, expected) => {
    const parts = ["iso_day", "iso_week", "iso_year", "day_name", "month_name"];
    const values = parts.map((part) => valueOf(calendarPart(duckdb, part, `date '${day}'`)));
    expect(await Promise.all(values)).toEqual(expected);
  });

  test("names the parts that it knows when it is asked for another", () => {
    expect(() => calendarPart(duckdb, "iso_month", "d")).toThrow(/"iso_month".*iso_day, iso_week/);
  });
});
