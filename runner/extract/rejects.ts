import { counted } from "../core/counted.ts";
import type { LakeFile } from "../core/manifest.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { ExtractedRejects } from "../core/ports.ts";
import { sumOf } from "../core/scaled-decimal.ts";
import { extractFailure, shorten } from "./extract-failure.ts";
import type { RejectedExample, RejectedRows } from "./parquet/split-rejects.ts";

/** Rejected rows that are in the lake. */
export interface RejectedPart extends RejectedRows {
  readonly file: LakeFile;
}

const shownExamples = 3;

export function joinRejected(parts: readonly RejectedPart[]): ExtractedRejects {
  const columns = [...new Set(parts.flatMap(({ sums }) => Object.keys(sums)))];
  return {
    rows: rowsIn(parts),
    sums: Object.fromEntries(
      columns.map((name) => [name, sumOf(parts.map(({ sums }) => sums[name] ?? "0")) ?? "0"]),
    ),
    files: parts.map(({ file }) => file),
    examples: examplesOf(parts),
  };
}

/** Throws where more of the rows that were read were rejected than the table's YAML allows. */
export function assertRejectShare(
  table: SourceTable,
  readRows: number,
  parts: readonly RejectedRows[],
): void {
  const rejected = rowsIn(parts);
  const { rejectShare = 0 } = table;
  if (rejected === 0 || rejected / readRows <= rejectShare) return;
  throw extractFailure(table, {
    message: `${counted(rejected, "row")} of ${readRows.toLocaleString("en-US")} do not fit (${percent(rejected / readRows)}), and rejects allows ${percent(rejectShare)}.`,
    cause: `${examplesOf(parts).join("\n")}\nNo row of this table was committed.`,
    hint: "Correct the rows in the source, declare their columns so that the values fit, or raise rejects in the source's YAML.",
  });
}

function rowsIn(parts: readonly RejectedRows[]): number {
  return parts.reduce((sum, { rows }) => sum + rows, 0);
}

function examplesOf(parts: readonly RejectedRows[]): readonly string[] {
  return parts
    .flatMap(({ examples }) => examples)
    .slice(0, shownExamples)
    .map(describe);
}

function describe({ key, column, value, reason }: RejectedExample): string {
  const held = value === null ? "null" : JSON.stringify(shorten(value));
  return `${shorten(key, 120)}: ${column} is ${held} (${reason})`;
}

/** A share of 0.00123 as `0.123%`, with three digits that tell. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))}%`;
}
