import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { keepWideIntegers } from "./exact-integers.ts";
import { fieldValue } from "./field-value.ts";
import { columnNames, typeWords } from "./type-words.ts";

test.each([
  ["timestamp", "2026-03-01 10:00:00.500000", "2026-03-01 10:00:00.5"],
  ["timestamp", "2026-03-01 10:00:00.0", "2026-03-01 10:00:00"],
  ["timestamp", "2026-03-01 10:00:00", "2026-03-01 10:00:00"],
  ["timestamptz", "2026-03-01 10:00:00.120000+00", "2026-03-01 10:00:00.12+00"],
  ["timestamptz", "2026-03-01 10:00:00+00", "2026-03-01 10:00:00+00"],
  ["date", "2026-03-01", "2026-03-01"],
  ["numeric", "-0.0700", "-0.0700"],
  ["int8", "9223372036854775807", "9223372036854775807"],
  ["int8", "42", 42],
  ["varchar", "10:00:00.500", "10:00:00.500"],
])("a %s %s is told as DuckDB tells it", (typeName, stringValue, expected) => {
  expect(fieldValue({ stringValue }, { typeName })).toBe(expected);
});

test("numbers that JSON has no form for are texts, and a null is a null", () => {
  expect(fieldValue({ doubleValue: Number.NaN }, undefined)).toBe("NaN");
  expect(fieldValue({ doubleValue: -Infinity }, undefined)).toBe("-Infinity");
  expect(fieldValue({ isNull: true }, undefined)).toBeNull();
  expect(fieldValue({ stringValue: "" }, { typeName: "varchar" })).toBe("");
});

type Field = { longValue: bigint } | { stringValue: string };

test("every integer and every text comes through JSON exact, whatever the texts imitate", () => {
  const field: fc.Arbitrary<Field> = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((longValue) => ({ longValue })),
    fc
      .oneof(
        fc.string(),
        fc.constantFrom('{"longValue":1234567890123456789}', '","x":{"longValue":'),
      )
      .map((stringValue) => ({ stringValue })),
  );
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const told = fields.map((each) =>
        "longValue" in each
          ? `{"longValue":${each.longValue.toString()}}`
          : JSON.stringify({ stringValue: each.stringValue }),
      );
      const read = JSON.parse(keepWideIntegers(`[${told.join(",")}]`)) as (
        | { longValue: number; stringValue?: undefined }
        | { stringValue: string; longValue?: undefined }
      )[];
      const values = read.map((each, index) =>
        fieldValue(each, { typeName: "longValue" in fields[index]! ? "int8" : "varchar" }),
      );
      expect(values.map(String)).toEqual(
        fields.map((each) => String("longValue" in each ? each.longValue : each.stringValue)),
      );
    }),
  );
});

test.each([
  [{ typeName: "int2" }, "smallint"],
  [{ typeName: "int8", precision: 19 }, "bigint"],
  [{ typeName: "float8" }, "double precision"],
  [{ typeName: "bool" }, "boolean"],
  [{ typeName: "numeric", precision: 10, scale: 2 }, "decimal(10,2)"],
  [{ typeName: "varchar", precision: 256, length: 0 }, "varchar(256)"],
  [{ typeName: "varchar", precision: 0, length: 12 }, "varchar(12)"],
  [{ typeName: "timestamptz" }, "timestamptz"],
  [{ typeName: "super" }, "super"],
])("%j is %s in a declaration's words", (column, expected) => {
  expect(typeWords(column)).toBe(expected);
});

test("two columns of one name keep both their values", () => {
  expect(columnNames([{ name: "a" }, { label: "b", name: "x" }, { name: "a" }])).toEqual([
    "a",
    "b",
    "a:1",
  ]);
});
