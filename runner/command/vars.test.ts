import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Failure } from "../core/diagnostic.ts";
import { collectVars } from "./options.ts";
import { parseVars } from "./vars.ts";

const problem = (text: string) => {
  try {
    parseVars(text);
  } catch (error) {
    if (error instanceof Failure) return error.diagnostics[0]?.message;
    throw error;
  }
  throw new Error("nothing went wrong");
};

describe("--vars", () => {
  test("takes pairs, whose values are their texts, except for true, false and plain numbers", () => {
    expect(
      parseVars("day=2020-01-01,rows=10,strict=false,code=007,price=1.10,e=1e3,none="),
    ).toEqual({
      day: "2020-01-01",
      rows: 10,
      strict: false,
      code: "007",
      price: "1.10",
      e: "1e3",
      none: "",
    });
    expect(parseVars("where=a=b")).toEqual({ where: "a=b" });
  });

  test("takes a mapping as YAML or JSON, with lists", () => {
    const expected = { day: "2020-01-01", rows: 10, regions: ["eu", "us"] };
    expect(parseVars("{day: 2020-01-01, rows: 10, regions: [eu, us]}")).toEqual(expected);
    expect(parseVars("day: 2020-01-01\nrows: 10\nregions: [eu, us]")).toEqual(expected);
    expect(parseVars(JSON.stringify(expected))).toEqual(expected);
  });

  test("reads back whatever was written as JSON, as a pipeline hands it on", () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const vars = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,9}$/),
      fc.oneof(scalar, fc.array(scalar)),
    );
    fc.assert(
      fc.property(vars, (given) => {
        expect(parseVars(JSON.stringify(given))).toEqual({ ...given });
      }),
    );
  });

  test("given twice adds up, and the last value of a name counts", () => {
    const text = collectVars("{b: 2, c: 3}", collectVars("a=1,b=1", undefined));
    expect(parseVars(text)).toEqual({ a: 1, b: 2, c: 3 });
  });

  test("says what is wrong with it", () => {
    expect(problem("a")).toBe('"a" sets no variable.');
    expect(problem("a=1,,b=2")).toBe('"" sets no variable.');
    expect(problem("{a: {b: 1}}")).toContain('"a" is neither');
    expect(problem("{a: }")).toContain('"a" is neither');
    expect(problem("{a: 1")).toContain("--vars cannot be read");
  });
});
