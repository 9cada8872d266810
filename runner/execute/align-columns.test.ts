import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { alignColumns } from "./align-columns.ts";

const columnsOf = (text: string) =>
  text.split(" ").map((word) => {
    const [name = "", type = "int"] = word.split(":");
    return { name, type };
  });
const marks = (declared: string, yielded: string) =>
  alignColumns(columnsOf(declared), columnsOf(yielded)).map((row) =>
    `${row.declared?.name ?? "-"}|${row.yields?.name ?? "-"} ${row.differences.join("+")}`.trim(),
  );

describe("a contract and a query side by side", () => {
  test("a missing column does not make the ones behind it look wrong", () => {
    expect(marks("a b c d", "a c d")).toEqual(["a|a", "b|- missing", "c|c", "d|d"]);
  });

  test("an extra column stands where the query has it", () => {
    expect(marks("a b", "a x b y")).toEqual(["a|a", "-|x extra", "b|b", "-|y extra"]);
  });

  test("a column that moved is alone out of order, and may have another type as well", () => {
    expect(marks("a b c d", "d:text a b c")).toEqual(["a|a", "b|b", "c|c", "d|d type+order"]);
  });

  test("nothing in common is all missing and all extra", () => {
    expect(marks("a", "b")).toEqual(["a|- missing", "-|b extra"]);
  });

  const columns = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "d", "e", "f"),
      type: fc.constantFrom("int", "text"),
    }),
    { selector: ({ name }) => name, maxLength: 8 },
  );

  test("every column of either is shown once, and nothing is marked when both are the same alone", () => {
    fc.assert(
      fc.property(columns, columns, (declared, yielded) => {
        const rows = alignColumns(declared, yielded);
        expect(rows.flatMap((row) => row.declared ?? [])).toEqual(declared);
        const shown = rows.flatMap((row) => row.yields ?? []);
        expect(new Set(shown)).toEqual(new Set(yielded));
        expect(shown).toHaveLength(yielded.length);
        const isSame = JSON.stringify(declared) === JSON.stringify(yielded);
        expect(rows.every(({ differences }) => differences.length === 0)).toBe(isSame);
      }),
    );
  });
});
