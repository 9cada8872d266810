import { expect, test } from "@jest/globals";
import { baseName, parseRelationName, zoneOf } from "./relation.ts";

test("a relation is a zone and a lower snake case name, and nothing else", () => {
  const relation = parseRelationName("gold.vendor_daily_sales");
  expect(relation).toBe("gold.vendor_daily_sales");
  expect(relation && [zoneOf(relation), baseName(relation)]).toEqual([
    "gold",
    "vendor_daily_sales",
  ]);
  for (const text of [
    "sales",
    "silver.sales",
    "gold.",
    ".sales",
    "gold.Sales",
    "gold.a.b",
    "gold.1a",
    "gold.a-b",
  ]) {
    expect(parseRelationName(text)).toBeUndefined();
  }
});
