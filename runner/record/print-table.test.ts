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
