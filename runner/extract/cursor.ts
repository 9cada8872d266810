import type { SourceColumn, SourceTable } from "../core/source-table.ts";
import { contractFailure } from "./extract-failure.ts";

export interface CursorColumn extends SourceColumn {
  readonly type: { readonly kind: "timestamptz" | "timestamp" | "date" };
}

/** The column that increments go by; undefined for a table read in full. Without a zone it is taken as UTC. */
export function cursorColumn(table: SourceTable): CursorColumn | undefined {
  if (table.extract.mode === "full") return undefined;
  const { cursor } = table.extract;
  const column = table.columns.find((candidate) => candidate.name === cursor);
  const kind = column?.type.kind;
  if (column !== undefined && (kind === "timestamptz" || kind === "timestamp" || kind === "date")) {
    return { ...column, type: { kind } };
  }
  throw contractFailure(table, {
    message: `the cursor ${cursor} is no declared column of type timestamptz, timestamp or date.`,
    hint: "Name a column that says when a row last changed, or extract the table in full.",
  });
}

const instantPattern =
  /^(\d{4,6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})0*)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

/** Microseconds since 1970 of a date or timestamp, UTC unless it names an offset; undefined for another text. */
export function microsecondsOf(text: string): bigint | undefined {
  const match = instantPattern.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const offsetMinutes = (match[8] === "-" ? -1 : 1) * (part(9) * 60 + part(10));
  const milliseconds = Date.UTC(
    part(1),
    part(2) - 1,
    part(3),
    part(4),
    part(5) - offsetMinutes,
    part(6),
  );
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1000n + BigInt((match[7] ?? "").padEnd(6, "0"));
}
