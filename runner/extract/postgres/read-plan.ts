import type { ExtractRequest } from "../../core/ports.ts";
import type { PostgresSourceTable } from "../../core/node.ts";
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
): Promise<ReadPlan> {
  const { table, since } = request;
  const live = new Map(
    (await connection.query(liveTypesStatement(table))).map(({ name, oid }) => [name, Number(oid)]),
  );
  const liveType = (name: string): number => live.get(name) ?? 0;
  return {
    request,
    table,
    columns: table.columns.map((column, position) =>
      wireColumn(column, liveType(column.name), position),
    ),
    textColumns: table.columns.map((column, position) =>
      textColumn(column, liveType(column.name), position),
    ),
    ranges: since === undefined ? await blockRanges(table, connection) : [{ since }],
  };
}

/** About as much of a table as makes one part of the lake. */
const bytesOfRange = 160 * 1024 * 1024;
/** Below this a table is not worth a second session. */
const fewestBytesToSplit = 32 * 1024 * 1024;

async function blockRanges(
  table: PostgresSourceTable,
  connection: PostgresConnection,
): Promise<readonly RowRange[]> {
  const [size] = await connection.query(sizeStatement(table));
  const blocks = Number(size?.["blocks"] ?? 0);
  const bytes = Number(size?.["bytes"] ?? 0);
  if (bytes < fewestBytesToSplit) return [{}];
  return splitBlocks(blocks, Math.max(2, Math.ceil(bytes / bytesOfRange)));
}

/** So many ranges of as many blocks each; together they hold every row, also of blocks that were not counted. */
export function splitBlocks(blocks: number, wanted: number): readonly RowRange[] {
  const count = Math.max(1, Math.min(wanted, blocks));
  const border = (index: number): number => Math.round((blocks * index) / count);
  return Array.from({ length: count }, (_, index) => ({
    blocks: {
      ...(index === 0 ? {} : { first: border(index) }),
      ...(index === count - 1 ? {} : { end: border(index + 1) }),
    },
  }));
}
