import type { DuckDBConnection } from "@duckdb/node-api";
import { quarantineColumns } from "../../core/quarantine.ts";
import { quotePlain } from "../../core/sql-text.ts";
import { extractedAtColumn } from "../../core/technical-columns.ts";
import { ExactSum } from "../exact-sum.ts";
import { summedColumns } from "../../core/summed-columns.ts";
import { duckdbType } from "./exact-cast.ts";
import { fileValues, jsonValue } from "./file-values.ts";
import { isMisfit, misfitReason } from "./misfit.ts";
import { isTyped, parquetOptions, rowKey, segmentColumns, segmentRows } from "./segment-reader.ts";
import type { SizedSegment } from "./segment-reader.ts";
import { quoteReadPath } from "./sql-text.ts";

/** A rejected row, for messages. */
export interface RejectedExample {
  readonly key: string;
  readonly column: string;
  readonly value: string | null;
  readonly reason: string;
}

export interface RejectedRows {
  readonly rows: number;
  /** Exact sums of what the source sent for `summedColumns`; a text that is no decimal counts as 0. */
  readonly sums: Readonly<Record<string, string>>;
  readonly examples: readonly RejectedExample[];
}

/** Columns of the segment's rows, and the position of the first whose value does not fit, or null. */
function examined(segment: SizedSegment): string {
  const cases = segmentColumns(segment).map((column, index) => {
    const text = `c${index}`;
    const isWrong = isTyped(segment, column)
      ? `${text} is null and ${!column.nullable}`
      : isMisfit(column, text);
    return `when ${isWrong} then ${index}`;
  });
  return `(select *, case ${cases.join("\n")} end as misfit from ${segmentRows(segment)}) as examined`;
}

/** Writes the rows whose values all fit. */
export function acceptedStatement(
  segment: SizedSegment,
  path: string,
  extractedAt: string,
): string {
  const values = fileValues(
    segment,
    extractedAt,
    ({ type }) => `cast(null as ${duckdbType(type)})`,
  );
  return `copy (select ${values.join(",\n")}\nfrom ${examined(segment)}\nwhere misfit is null) to ${quotePlain(path)} ${parquetOptions(segment)}`;
}

/** Characters of a text that is shown where all of it does not fit: some columns of these fit into a text themselves. */
const beginningOfLong = 200;

/** Writes all other rows, in the quarantine's columns. */
export function rejectedStatement(
  segment: SizedSegment,
  path: string,
  extractedAt: string,
): string {
  const { table } = segment;
  const columns = segmentColumns(segment);
  const byPosition = (value: (index: number) => string) =>
    `case misfit ${columns.map((_, index) => `when ${index} then ${value(index)}`).join(" ")} end`;
  const text = (index: number) => `cast(c${index} as varchar)`;
  const object = (member: (index: number) => string) =>
    `json_object(${columns.map(({ name }, index) => `${quotePlain(name)}, ${member(index)}`).join(", ")})`;
  const { longestText } = table;
  const bounded = (whole: string, cut: string) =>
    longestText === undefined
      ? whole
      : `case when strlen(${whole}) <= ${longestText} then ${whole} else ${cut} end`;
  const beginning = (index: number) => `left(${text(index)}, ${beginningOfLong})`;
  const values: Readonly<Record<(typeof quarantineColumns)[number]["name"], string>> = {
    row_key: rowKey(segment),
    column_name: byPosition((index) => quotePlain(columns[index]?.name ?? "")),
    value: byPosition((index) => bounded(text(index), beginning(index))),
    reason: byPosition((index) => {
      const column = columns[index];
      return column === undefined ? "null" : misfitReason(column, text(index));
    }),
    source_row: jsonValue(bounded(object(text), object(beginning)), table),
  };
  const list = quarantineColumns.map(({ name }) => `${values[name]} as "${name}"`);
  return (
    `copy (select ${list.join(",\n")}, timestamptz ${quotePlain(extractedAt)} as ${extractedAtColumn}\n` +
    `from ${examined(segment)}\nwhere misfit is not null) to ${quotePlain(path)} ${parquetOptions(segment)}`
  );
}

const shownExamples = 3;

/** Reads back what was written of the rejected rows. */
export async function measureRejected(
  connection: DuckDBConnection,
  { table }: SizedSegment,
  path: string,
): Promise<RejectedRows> {
  const file = `read_parquet(${quoteReadPath(path)}, hive_partitioning = false)`;
  const summed = summedColumns(table);
  const sums = summed.map(() => new ExactSum());
  const texts = summed.map(
    ({ column: { name } }) => `json_extract_string(source_row, '$."${name}"')`,
  );
  let rows = 0;
  const stream = await connection.stream(`select ${["row_key", ...texts].join(", ")} from ${file}`);
  for (;;) {
    const chunk = await stream.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (const [, ...values] of chunk.getRows()) {
      rows += 1;
      values.forEach((value, index) => {
        if (typeof value === "string") sums[index]?.add(value);
      });
    }
  }
  const examples = await connection.runAndReadAll(
    `select row_key, column_name, left(value, 200), reason from ${file} limit ${shownExamples}`,
  );
  return {
    rows,
    sums: Object.fromEntries(
      summed.map(({ column, scale }, index) => [column.name, sums[index]?.text(scale) ?? "0"]),
    ),
    examples: examples.getRows().map(([key, column, value, reason]) => ({
      key: String(key),
      column: String(column),
      value: typeof value === "string" ? value : null,
      reason: String(reason),
    })),
  };
}
