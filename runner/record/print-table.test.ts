import { expect, test } from "@jest/globals";
import { printTable } from "./print-table.ts";

test("numbers stand to the right, whichever engine names their types", () => {
  const types = ["INTEGER", "bigint", "numeric(18,2)", "DECIMAL(18,2)", "double precision", "real"];
  for (const type of types) {
    const columns = [
      { name: "number", type },
      { name: "text", type: "varchar(10)" },
    ];
    expect(printTable({ columns, rows: [{ number: 7, text: "a" }] })).toBe(
      "number | text\n-------+-----\n     7 | a",
    );
  }
});

test("a value that would clear, colour or reorder a terminal's lines is shown instead", () => {
  const columns = [{ name: "a\u001b[31m", type: "VARCHAR" }];
  const rows = [{ "a\u001b[31m": "\u001b[1A\u001b[2Kgone\r\u202e ü\t🙂" }];
  expect(printTable({ columns, rows }).split("\n").at(-1)).toBe(
    "\\u{1b}[1A\\u{1b}[2Kgone\\u{d}\\u{202e} ü\t🙂",
  );
});
