import { counted } from "../core/counted.ts";
import type { Row } from "../core/ports.ts";

/** What broke a contract, by column and reason, in one sentence; `rows` are those of the contract's query. */
export function describeBrokenConstraints(name: string, rows: readonly Row[]): string {
  return `${name}: ${rows.map(describe).join("; ")}.`;
}

function describe({ column_name, constraint_name, row_count, longest_bytes }: Row): string {
  const column = String(column_name);
  const inRows = `in ${counted(Number(row_count), "row")}`;
  if (longest_bytes === null || longest_bytes === undefined) return `${column} is null ${inRows}`;
  return `${column} is longer than ${String(constraint_name)} ${inRows} (the longest takes ${String(longest_bytes)} bytes)`;
}
