import Table from "cli-table3";
import type { ResultSet } from "../core/ports.ts";
import { visibleText } from "../core/visible-text.ts";

/** Types of numbers, as one engine or the other names them. */
const numeric = /^(?:u?(?:tiny|small|big|huge)int|u?integer|double|float|real|decimal|numeric)\b/i;

/** A result as a plain table: numbers to the right, null as such. */
export function printTable(result: ResultSet): string {
  const none = "";
  const table = new Table({
    head: result.columns.map((column) => visibleText(column.name)),
    colAligns: result.columns.map((column) => (numeric.test(column.type) ? "right" : "left")),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
    chars: {
      ...{ top: none, "top-mid": none, "top-left": none, "top-right": none },
      ...{ bottom: none, "bottom-mid": none, "bottom-left": none, "bottom-right": none },
      ...{ left: none, "left-mid": none, right: none, "right-mid": none },
      ...{ mid: "-", "mid-mid": "-+-", middle: " | " },
    },
  });
  for (const row of result.rows) {
    table.push(
      result.columns.map((column) =>
        row[column.name] === null ? "null" : visibleText(String(row[column.name])),
      ),
    );
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
