import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromScaled, toScaled } from "../core/scaled-decimal.ts";
import { summedColumns } from "../core/summed-columns.ts";
import { columns, postgresTable } from "./testing/fixtures.ts";

describe("an exact decimal", () => {
  test("comes back as it was written, with its sign and its zeros", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: 0, max: 38 }), (value, scale) => {
        expect(toScaled(fromScaled(value, scale), scale)).toBe(value);
      }),
    );
  });

  test.each([
    ["12.5", 2, 1250n],
    ["-.5", 1, -5n],
    ["7.", 0, 7n],
    ["1.500", 1, 15n],
    ["0", 0, 0n],
    ["1.005", 2, undefined],
    ["", 2, undefined],
    ["-", 2, undefined],
    [".", 2, undefined],
    ["NaN", 2, undefined],
    ["1e3", 2, undefined],
  ])("%j at scale %d is %s", (text, scale, expected) => {
    expect(toScaled(text, scale)).toBe(expected);
  });
});

test("amounts are summed; keys, ids, texts and floats are not", () => {
  const table = postgresTable({
    table: "t",
    key: ["line_number"],
    columns: columns(
      "id: integer",
      "vendor_id: bigint",
      "line_number: integer",
      "paid: smallint",
      "price: numeric(10,2)",
      "weight: double",
      "name: text",
    ),
  });
  expect(summedColumns(table).map(({ column, scale }) => [column.name, scale])).toEqual([
    ["paid", 0],
    ["price", 2],
  ]);
});
