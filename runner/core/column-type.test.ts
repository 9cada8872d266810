import { describe, expect, test } from "@jest/globals";
import { parseColumnType, printColumnType } from "./column-type.ts";

describe("a declared column type", () => {
  test.each([
    ["INTEGER", "integer"],
    ["int", "integer"],
    ["double  precision", "double"],
    ["text", "varchar"],
    ["varchar( 50 )", "varchar(50)"],
    ["numeric(10, 2)", "decimal(10,2)"],
    ["decimal(38,38)", "decimal(38,38)"],
    [" timestamptz ", "timestamptz"],
  ])("%s is %s, and reads back the same", (written, printed) => {
    const type = parseColumnType(written);
    expect(type && printColumnType(type)).toBe(printed);
    expect(parseColumnType(printed)).toEqual(type);
  });

  test.each(["numeric", "numeric(10)", "numeric(39,2)", "numeric(2,3)", "numeric(0,0)"])(
    "%s is refused: how exact money is may not be left to an engine",
    (text) => {
      expect(parseColumnType(text)).toBeUndefined();
    },
  );

  test.each(["varchar(0)", "varchar(65536)", "float", "toString", "constructor", "", "int[]"])(
    "%s is none",
    (text) => {
      expect(parseColumnType(text)).toBeUndefined();
    },
  );
});
