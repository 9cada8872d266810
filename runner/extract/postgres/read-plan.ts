import type { ExtractRequest } from "../../core/ports.ts";
import type { PostgresSourceTable } from "../../core/source-table.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { liveTypesStatement, sizeStatement, type RowRange } from "./postgres-statements.ts";
import { textColumn, wireColumn, type WireColumn } from "./wire-column.ts";

/** How one table is read: its columns, fast and as texts, and the ranges that are read side by side. */
export interface ReadPlan {
  readonly request: ExtractRequest;
  readonly table: PostgresSourceTable;
  readonly columns: readonly WireColumn[];
  readonly textColumns: readonly WireColumn[];
  readonly ranges: readonly RowRange[];
}

/** Looks at the table's live types and size. A column that is not there is for the copy to fail on. */
export async function planRead(
  request: ExtractRequest & { readonly table: PostgresSourceTable },
  connection: PostgresConnection,
  partBytes: number,
): Promise<ReadPlan> {
  const { table, since } = request;
  const live = new Map(
    (await connection.query(liveTypesStatement(table))).map(({ name, oid }) => [name, Number(oid)]),
  );
  const liveType = (name: string): number => live.get(name) ?? 0;
  return {
    request,
    table,
    columns: table.columns.map((column, position) => {
      const read = wireColumn(column, liveType(column.name), position);
      return { ...read, longest: Math.min(read.longest, table.longestText ?? Infinity) };
    }),
    textColumns: table.columns.map((column, position) =>
      textColumn(column, liveType(column.name), position),
    ),
    ranges:
      since === undefined ? splitBlocks(await sizeOf(table, connection), partBytes) : [{ since }],
  };
}

interface TableSize {
  /** Of the table's largest partition. */
  readonly blocks: number;
  /** Of all of it, long values counted. */
  readonly bytes: number;
}

async function sizeOf(
  table: PostgresSourceTable,
  connection: PostgresConnection,
): Promise<TableSize> {
  const [size] = await connection.query(sizeStatement(table));
  return { blocks: Number(size?.["blocks"] ?? 0), bytes: Number(size?.["bytes"] ?? 0) };
}

/**
 * Ranges of as many blocks each, so that one becomes about one part; together they hold every row, also of blocks that
 * were not counted. A table that is smaller is still split in two where that is worth a second session.
 */
export function splitBlocks({ blocks, bytes }: TableSize, partBytes: number): readonly RowRange[] {
  // A table's pages hold more than its values do in a segment.
  const wanted = Math.ceil(bytes / (partBytes * 1.25));
  const count = Math.min(bytes < partBytes / 4 ? 1 : Math.max(2, wanted), blocks);
  if (count <= 1) return [{}];
  const border = (index: number): number => Math.round((blocks * index) / count);
  return Array.from({ length: count }, (_, index) => ({
    blocks: {
      ...(index === 0 ? {} : { first: border(index) }),
      ...(index === count - 1 ? {} : { end: border(index + 1) }),
    },
  }));
}
