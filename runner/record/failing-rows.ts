import { counted } from "../core/counted.ts";
import type { RunEvent } from "../core/event.ts";
import { printTable } from "./print-table.ts";

type FailingRows = RunEvent & { readonly type: "failing_rows" };

/** The rows that break one data test: a table below the test's name, and a blank line. */
export function printFailingRows({ test, columns, rows, total }: FailingRows): string {
  const number =
    rows.length < total ? `${rows.length} of ${counted(total, "row")}` : counted(total, "row");
  return `${test}: ${number}\n${printTable({ columns, rows })}\n\n`;
}

/** The same as one JSON object a row. */
export function failingRowLines({ test, rows }: FailingRows): string {
  return rows.map((row) => `${JSON.stringify({ type: "failing_row", test, row })}\n`).join("");
}
