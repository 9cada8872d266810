import type { SourceColumn, SourceTable } from "./source-table.ts";

/** A column whose sum is a control total; `scale` is the number of digits after the point. */
export interface SummedColumn {
  readonly column: SourceColumn;
  readonly scale: number;
}

/** The columns that sums are taken of: the declared ones, else the exact numbers that are neither keys nor ids. */
export function summedColumns(table: SourceTable): readonly SummedColumn[] {
  const { controlTotals, key } = table;
  return table.columns.flatMap((column) => {
    const isWanted =
      controlTotals?.includes(column.name) ??
      (!key.includes(column.name) && !/(^|_)id$/.test(column.name));
    if (!isWanted) return [];
    const scale = scaleOf(column);
    return scale === undefined ? [] : [{ column, scale }];
  });
}

function scaleOf({ type }: SourceColumn): number | undefined {
  switch (type.kind) {
    case "decimal":
      return type.scale;
    case "smallint":
    case "integer":
    case "bigint":
      return 0;
    case "double":
    case "boolean":
    case "date":
    case "timestamp":
    case "timestamptz":
    case "json":
    case "varchar":
      return undefined;
  }
}
