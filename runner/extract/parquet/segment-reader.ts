import { quotePlain } from "../../core/sql-text.ts";
import type { SourceTable } from "../../core/source-table.ts";
import { itemColumn } from "../../core/technical-columns.ts";
import type { TextColumn } from "./exact-cast.ts";
import { quoteReadPath } from "./sql-text.ts";

/**
 * A Parquet file with a table's rows on their way: the declared columns in their order and the original item where
 * `withItem`, under the names c0, c1 and so on.
 */
export interface Segment {
  readonly table: SourceTable;
  readonly path: string;
  readonly withItem: boolean;
  readonly rows: number;
  /** The columns of these names hold values that fit already, all others hold texts. */
  readonly typed: ReadonlySet<string>;
}

/** A segment that is there, with its size. */
export type SizedSegment = Segment & { readonly bytes: number };

/** The columns of a segment; the first of them, as many as are declared, are the table's. */
export function segmentColumns({ table, withItem }: Segment): readonly TextColumn[] {
  const { columns, longestText: longest } = table;
  const isText = ({ type: { kind } }: TextColumn) => kind === "varchar" || kind === "json";
  const declared = columns.map((column) => (isText(column) ? { ...column, longest } : column));
  const item = { name: itemColumn, type: { kind: "varchar" }, nullable: false } as const;
  return withItem ? [...declared, item] : declared;
}

/** Whether a segment's column holds a value that fits already. */
export function isTyped({ typed }: Segment, column: TextColumn): boolean {
  return typed.has(column.name);
}

/** SQL for a row's key as text. */
export function rowKey(segment: Segment): string {
  const texts = segmentColumns(segment)
    .map((column, index) => ({ name: column.name, text: `c${index}` }))
    .filter(({ name }) => segment.table.key.includes(name))
    .map(
      ({ name, text }) => `${quotePlain(`${name} `)} || coalesce(cast(${text} as varchar), 'null')`,
    );
  return texts.length === 0 ? "'without a key'" : `concat_ws(', ', ${texts.join(", ")})`;
}

/** SQL for the rows of a segment. */
export function segmentRows({ path }: Segment): string {
  return `read_parquet(${quoteReadPath(path)}, hive_partitioning = false)`;
}

/** How the Parquet file of a segment's rows is written: they may lie far apart in length, so bytes bound a group as well. */
export function parquetOptions(segment: SizedSegment): string {
  return `(format parquet, compression zstd, row_group_size ${rowsOfGroup(segment)}, row_group_size_bytes ${groupBytes}, use_tmp_file false)`;
}

// DuckDB holds several row groups in memory while it writes: wide rows go into shorter ones.
const groupBytes = 8 * 1024 * 1024;
const mostRowsOfGroup = 122_880;

function rowsOfGroup({ bytes, rows }: SizedSegment): number {
  const bytesOfRow = bytes / Math.max(1, rows);
  const fitting = Math.floor(groupBytes / Math.max(1, bytesOfRow));
  return Math.min(mostRowsOfGroup, Math.max(1, fitting));
}
