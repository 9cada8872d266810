import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseColumnType } from "../core/column-type.ts";
import { fitsType } from "../core/typed-text.ts";
import { parseSeeds } from "./seeds.ts";

const yaml = (columns: string) => ({
  file: "seeds/category.yml",
  text: `key: [category_id]\ncolumns:\n${columns}`,
});
const category = yaml(
  "  - { name: category_id, type: integer }\n  - { name: category_name, type: varchar(10) }\n",
);
const seed = (text: string, file = "seeds/category.csv") => ({ file, text, checksum: "c" });

const problems = (text: string, declared = category) =>
  parseSeeds([seed(text)], [declared]).diagnostics.map(({ code, message, place }) => ({
    code,
    message,
    line: place?.line,
  }));

describe("a seed's rows", () => {
  test("are read in column order, with quotes, line ends of Windows, and empty fields as null", () => {
    const { seeds, diagnostics } = parseSeeds(
      [seed('category_id,category_name\r\n1,"a, ""b"""\r\n2,\r\n\r\n')],
      [category],
    );
    expect(diagnostics).toEqual([]);
    expect(seeds[0]).toMatchObject({
      relation: "raw.category",
      rows: [
        ["1", 'a, "b"'],
        ["2", null],
      ],
    });
  });

  test("with too few or too many fields are reported, each at its line", () => {
    expect(problems("category_id,category_name\n1,a\n2\n3,b,c\n")).toEqual([
      { code: "SEED_INVALID", message: "This line has 1 fields, and the header 2.", line: 3 },
      { code: "SEED_INVALID", message: "This line has 3 fields, and the header 2.", line: 4 },
    ]);
  });

  test("under a wrong header, or one in another order, are not taken for something else", () => {
    for (const header of ["category_name,category_id", "category_id", "category_id,categoryname"]) {
      expect(problems(`${header}\n1,2\n`)).toMatchObject([
        { message: expect.stringContaining("declares category_id,category_name"), line: 1 },
      ]);
    }
    expect(problems("")).toMatchObject([{ message: "The file is empty." }]);
  });

  test("with a value that does not fit its type are refused instead of changed", () => {
    expect(
      problems("category_id,category_name\n1.5,a\n3000000000,b\n4,ééééééé\n,c\n"),
    ).toMatchObject([
      { message: '"1.5" is no integer for category_id.', line: 2 },
      { message: '"3000000000" is no integer for category_id.', line: 3 },
      { message: '"ééééééé" is no varchar(10) for category_name.', line: 4 },
      { message: "category_id is empty, and must not be.", line: 5 },
    ]);
  });

  test("with a quote that never ends are reported at the line", () => {
    expect(problems('category_id,category_name\n1,"a\n2,b\n')).toMatchObject([
      { code: "SEED_INVALID" },
    ]);
  });

  test("that are all wrong give a report that can be read", () => {
    expect(problems(`category_id,category_name\n${"x,a\n".repeat(1000)}`)).toHaveLength(20);
  });
});

describe("a seed's files", () => {
  test("come in pairs: what is missing or one too many is reported", () => {
    const report = (csv: readonly string[], yml: readonly string[]) =>
      parseSeeds(
        csv.map((file) => seed("category_id,category_name\n", file)),
        yml.map((file) => ({ ...category, file })),
      ).diagnostics.map(({ message }) => message);
    expect(report(["seeds/a.csv"], [])).toEqual([
      "The seed seeds/a.csv has no seeds/a.yml beside it.",
    ]);
    expect(report([], ["seeds/a.yml"])).toEqual([
      "seeds/a.yml describes a seed that has no .csv beside it.",
    ]);
    expect(report(["seeds/a.csv"], ["seeds/a.yaml", "seeds/a.yml"])).toEqual([
      "seeds/a.yml and seeds/a.yaml describe the same thing.",
    ]);
    expect(report(["seeds/A-b.csv"], [])).toEqual(['"A-b" is no relation\'s name.']);
  });
});

describe("fitsType", () => {
  const fits = (text: string, type: string) => fitsType(text, parseColumnType(type)!);

  test.each([
    ["32767", "smallint", true],
    ["32768", "smallint", false],
    ["-9223372036854775808", "bigint", true],
    ["9223372036854775808", "bigint", false],
    ["1e3", "integer", false],
    ["12345678.90", "numeric(10,2)", true],
    ["1.234", "numeric(10,2)", false],
    ["1.230", "numeric(10,2)", true],
    ["123456789", "numeric(10,2)", false],
    [".5", "numeric(10,2)", true],
    [".", "numeric(10,2)", false],
    ["1,5", "numeric(10,2)", false],
    ["1e-3", "double", true],
    ["NaN", "double", false],
    ["yes", "boolean", false],
    ["true", "boolean", true],
    ["2024-02-29", "date", true],
    ["2023-02-29", "date", false],
    ["29.02.2024", "date", false],
    ["2025-03-17 02:02:51.257332", "timestamp", true],
    ["2025-03-17 24:00:00", "timestamp", false],
    ["2025-03-17T02:02:51Z", "timestamp", false],
    ["2025-03-17T02:02:51+08:00", "timestamptz", true],
    ["2025-03-17T02:02:51", "timestamptz", false],
    ['{"a": 1}', "json", true],
    ["{a: 1}", "json", false],
    ["ä", "varchar(1)", false],
  ])("%s as %s: %s", (text, type, expected) => {
    expect(fits(text, type)).toBe(expected);
  });

  test("every whole number inside the bounds fits, and none outside", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }), (value) => {
        const inside = value >= -(2n ** 31n) && value < 2n ** 31n;
        expect(fits(String(value), "integer")).toBe(inside);
      }),
    );
  });
});
