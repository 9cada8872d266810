import type { ColumnType } from "./column-type.ts";
import type { RelationNode } from "./node.ts";
import type { SourceTable } from "./source-table.ts";

/** When a raw row was extracted: the time of its run. */
export const extractedAtColumn = "_extracted_at";

/** The DynamoDB item that a raw row was made of, in DynamoDB's JSON. */
export const itemColumn = "_item";

/** Whether a raw row says that its key is gone from the source; of tables that declare how deletes are found. */
export const deletedColumn = "_deleted";

/** The run that wrote a row of a table that grows in place; its public view leaves the column out. */
export const runIdColumn = "_run_id";
export const runIdType: ColumnType = { kind: "varchar", length: 64 };

/** Whether a table's raw rows keep their item: only where one row is one item. */
export function keepsItem(table: SourceTable): boolean {
  if (table.connector === "postgres" || table.quarantineOf !== undefined) return false;
  return table.explode === undefined;
}

/** The columns that extraction adds behind a table's declared ones. */
export function technicalColumns(
  withItem: boolean,
  marksDeletes = false,
): readonly { readonly name: string; readonly type: ColumnType }[] {
  return [
    { name: extractedAtColumn, type: { kind: "timestamptz" } },
    ...(withItem ? [{ name: itemColumn, type: { kind: "varchar" } as const }] : []),
    ...(marksDeletes ? [{ name: deletedColumn, type: { kind: "boolean" } as const }] : []),
  ];
}

/** The columns that a query may read of a relation: the declared ones and, in the raw zone, those that extraction adds. */
export function readableColumns(
  node: RelationNode,
): readonly { readonly name: string; readonly type: ColumnType }[] {
  return node.kind === "source"
    ? [...node.columns, ...technicalColumns(keepsItem(node), node.deletes !== undefined)]
    : node.columns;
}
