import type { ControlTotals } from "../core/manifest.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { ExtractedTable } from "../core/ports.ts";
import { differenceOf, fromScaled, sumOf } from "../core/scaled-decimal.ts";
import { summedColumns } from "../core/summed-columns.ts";
import { extractFailure } from "./extract-failure.ts";
import { fileColumns } from "./parquet/parquet-writer.ts";
import type { CommittedPart } from "./part-commit.ts";
import { joinRejected } from "./rejects.ts";

/** What an extraction's parts are together, in the order of their keys. */
export function joinParts(
  table: SourceTable,
  withItem: boolean,
  parts: readonly CommittedPart[],
): ExtractedTable {
  const files = parts
    .flatMap(({ file }) => file ?? [])
    .toSorted((one, other) => (one.key < other.key ? -1 : 1));
  const rejected = parts.flatMap((part) => part.rejected ?? []);
  const highest = files
    .flatMap(({ maximum }) => maximum ?? [])
    .toSorted()
    .at(-1);
  return {
    table,
    files,
    columns: fileColumns(table, withItem),
    ...(highest === undefined ? {} : { highestCursor: highest }),
    totals: {
      rows: files.reduce((sum, { rows }) => sum + rows, 0),
      sums: addedUp(
        table,
        files.map(({ sums = {} }) => sums),
      ),
    },
    ...(rejected.length === 0 ? {} : { rejected: joinRejected(rejected) }),
  };
}

function addedUp(
  table: SourceTable,
  parts: readonly Readonly<Record<string, string>>[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    summedColumns(table).map(({ column, scale }) => {
      const sums = parts.map((each) => each[column.name] ?? "0");
      return [column.name, sumOf([fromScaled(0n, scale), ...sums]) ?? sums.join(" + ")];
    }),
  );
}

/** Of each part, and of what was rejected of it. */
export function totalsOfParts(parts: readonly CommittedPart[]): readonly ControlTotals[] {
  return parts
    .flatMap(({ file, rejected }) => [file ?? [], rejected ?? []].flat())
    .map(({ rows, sums = {} }) => ({ rows, sums }));
}

/**
 * Throws where the rows that arrived, those that were rejected among them, are not as many, or do not add up to as much,
 * as the source says.
 */
export function assertSameTotals(
  table: SourceTable,
  expected: ControlTotals,
  parts: readonly ControlTotals[],
): void {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  assertSame(table, "rows", String(expected.rows), String(rows));
  for (const { column } of summedColumns(table)) {
    const sums = parts.map((part) => part.sums[column.name] ?? "0");
    const sent = expected.sums[column.name] ?? "nothing";
    assertSame(table, `sum of ${column.name}`, sent, sumOf(["0", ...sums]) ?? sums.join(" + "));
  }
}

function assertSame(table: SourceTable, what: string, source: string, arrived: string): void {
  if (source === arrived || /^-?0(\.0*)?$/.test(differenceOf(source, arrived) ?? "")) return;
  throw extractFailure(table, {
    message: `the ${what} differs: ${source} in the source, ${arrived} arrived.`,
    cause:
      "The control totals are taken in the same snapshot as the rows, so rows were lost or changed on the way.",
    hint: "Run it again; if the difference stays, report it with this message.",
  });
}
