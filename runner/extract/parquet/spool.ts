import { quoteText } from "../../core/sql-text.ts";
import type { SourceTable } from "../../core/node.ts";
import { itemColumn } from "../../core/technical-columns.ts";
import type { TextColumn } from "./exact-cast.ts";
import { quoteReadPath } from "./sql-text.ts";

/**
 * A file with a table's rows on their way: the declared columns in their order and the original item where `withItem`,
 * under the names c0, c1 and so on.
 */
export interface Spool {
  readonly table: SourceTable;
  readonly path: string;
  readonly withItem: boolean;
  /** About how many rows it holds; with its size, this bounds the memory that writing takes. */
  readonly expectedRows: number;
  /** Default is text as CSV. */
  readonly form?: SpoolForm;
}

export type SpoolForm =
  /**
   * Without a header; a last field is never null (a row of one null would otherwise be an empty line). Null is an
   * unquoted nothing.
   */
  | { readonly kind: "csv" }
  /** A Parquet file. The columns of these names hold values that fit already, all others hold texts. */
  | { readonly kind: "segment"; readonly typed: ReadonlySet<string> };

/** A spool that is there, with its size. */
export type SizedSpool = Spool & { readonly bytes: number };

/** The columns of a spool; the first of them, as many as are declared, are the table's. */
export function spoolColumns({ table, withItem }: Spool): readonly TextColumn[] {
  return withItem
    ? [...table.columns, { name: itemColumn, type: { kind: "varchar" }, nullable: false }]
    : table.columns;
}

/** Whether a spool's column holds a value that fits already. */
export function isTyped({ form }: Spool, column: TextColumn): boolean {
  return form?.kind === "segment" && form.typed.has(column.name);
}

/** SQL for a row's key as text. */
export function rowKey(spool: Spool): string {
  const texts = spoolColumns(spool)
    .map((column, index) => ({ name: column.name, text: `c${index}` }))
    .filter(({ name }) => spool.table.key.includes(name))
    .map(
      ({ name, text }) => `${quoteText(`${name} `)} || coalesce(cast(${text} as varchar), 'null')`,
    );
  return texts.length === 0 ? "'without a key'" : `concat_ws(', ', ${texts.join(", ")})`;
}

/** SQL for the rows of a spool. */
export function spoolReader(spool: SizedSpool): string {
  return spool.form?.kind === "segment"
    ? `read_parquet(${quoteReadPath(spool.path)}, hive_partitioning = false)`
    : csvReader(spool, spoolColumns(spool).length);
}

/** How the Parquet file of a spool's rows is written. */
export function parquetOptions(spool: SizedSpool): string {
  // A segment's rows may lie far apart in length, and need no order: there, bytes bound a group as well.
  const bytes = spool.form?.kind === "segment" ? `, row_group_size_bytes ${segmentGroupBytes}` : "";
  return `(format parquet, compression zstd, row_group_size ${rowsOfGroup(spool)}${bytes}, use_tmp_file false)`;
}

// DuckDB holds several row groups in memory while it writes: wide rows go into shorter ones.
const rowGroupBytes = 16 * 1024 * 1024;
const segmentGroupBytes = 8 * 1024 * 1024;
const fewestRowsOfGroup = 1_024;
const mostRowsOfGroup = 122_880;

function rowsOfGroup({ bytes, expectedRows, form }: SizedSpool): number {
  const isSegment = form?.kind === "segment";
  const bytesOfRow = bytes / Math.max(1, expectedRows);
  const groupBytes = isSegment ? segmentGroupBytes : rowGroupBytes;
  const rows = Math.floor(groupBytes / Math.max(1, bytesOfRow));
  return Math.min(mostRowsOfGroup, Math.max(isSegment ? 1 : fewestRowsOfGroup, rows));
}

/** Bytes of the longest row that is read. */
export const longestRow = 16 * 1024 * 1024;

function csvReader(spool: SizedSpool, columns: number): string {
  const fields = [...Array.from({ length: columns }, (_, index) => `c${index}`), "end_of_row"];
  const fieldTypes = fields.map((field) => `'${field}': 'varchar'`).join(", ");
  const lineBytes = Math.min(longestRow, spool.bytes + 1024);
  // Not in parallel: DuckDB then guesses where a row begins, and a text with line breaks can mislead it.
  return (
    `read_csv(${quoteReadPath(spool.path)}, columns = {${fieldTypes}}, auto_detect = false, header = false, ` +
    `delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n', ` +
    `comment = '', strict_mode = true, parallel = false, max_line_size = ${lineBytes}, ` +
    // DuckDB would take sixteen lines of the longest kind, and several buffers of that.
    `buffer_size = ${2 * lineBytes}, hive_partitioning = false)`
  );
}
