import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { itemJson, plainNumber } from "./dynamodb-text.ts";

describe("a number with an exponent", () => {
  test.each([
    ["1E+3", "1000"],
    ["1.5E+3", "1500"],
    ["-1.25e1", "-12.5"],
    ["1.25E2", "125"],
    ["5E-3", "0.005"],
    ["-12.5E-4", "-0.00125"],
    ["0E+5", "0"],
    ["12.50", "12.50"],
  ])("%s is written out as %s", (text, expected) => {
    expect(plainNumber(text)).toBe(expected);
  });

  test("keeps its value, whatever the digits", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: 0, max: 60 }), (value, zeros) => {
        expect(BigInt(plainNumber(`${value}E+${zeros}`))).toBe(value * 10n ** BigInt(zeros));
        const [whole = "", fraction = ""] = plainNumber(`${value}E-${zeros}`).split(".");
        expect(BigInt(`${whole}${fraction}`)).toBe(value);
        expect(fraction).toHaveLength(zeros);
      }),
    );
  });
});

test("the same item gives the same text, in whatever order its attributes come", () => {
  const inner = { S: "x" };
  const one = { b: { N: "1" }, a: { M: { d: inner, c: inner } } };
  const other = { a: { M: { c: inner, d: inner } }, b: { N: "1" } };
  expect(itemJson(one)).toBe('{"a":{"M":{"c":{"S":"x"},"d":{"S":"x"}}},"b":{"N":"1"}}');
  expect(itemJson(other)).toBe(itemJson(one));
});
