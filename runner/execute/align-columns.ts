import type { DescribedColumn } from "../core/ports.ts";

/** How a column of a contract and one of a query differ; a column that both have may differ in type and in order. */
export type ColumnDifference = "missing" | "extra" | "type" | "order";

export interface AlignedColumn {
  readonly declared?: DescribedColumn;
  readonly yields?: DescribedColumn;
  /** The column's position in the query, from 0. */
  readonly yieldedAt?: number;
  readonly differences: readonly ColumnDifference[];
}

/**
 * Declared columns in their order, each beside the column of that name, and the query's other columns where the query
 * has them. As few columns as possible count as out of order.
 */
export function alignColumns(
  declared: readonly DescribedColumn[],
  yielded: readonly DescribedColumn[],
): readonly AlignedColumn[] {
  const positions = declared.map(({ name }) => yielded.findIndex((column) => column.name === name));
  const matched = new Set(positions);
  const inOrder = longestAscent(positions.filter((position) => position >= 0));
  const rows: AlignedColumn[] = [];
  let next = 0;
  const tellExtras = (before: number) => {
    for (; next < before; next += 1) {
      if (matched.has(next)) continue;
      rows.push({ yields: yielded[next], yieldedAt: next, differences: ["extra"] });
    }
  };
  declared.forEach((column, index) => {
    const yieldedAt = positions[index] ?? -1;
    const yields = yielded[yieldedAt];
    if (yields === undefined) {
      rows.push({ declared: column, differences: ["missing"] });
      return;
    }
    const isInOrder = inOrder.has(yieldedAt);
    if (isInOrder) tellExtras(yieldedAt);
    const differences: ColumnDifference[] = [];
    if (column.type !== yields.type) differences.push("type");
    if (!isInOrder) differences.push("order");
    rows.push({ declared: column, yields, yieldedAt, differences });
  });
  tellExtras(yielded.length);
  return rows;
}

/** The longest part of a list of different numbers, gaps allowed, that ascends. */
function longestAscent(numbers: readonly number[]): ReadonlySet<number> {
  const best: { readonly length: number; readonly before: number }[] = [];
  let end = -1;
  numbers.forEach((number, index) => {
    let chosen = { length: 1, before: -1 };
    for (let earlier = 0; earlier < index; earlier += 1) {
      const length = (best[earlier]?.length ?? 0) + 1;
      if ((numbers[earlier] ?? 0) < number && length > chosen.length) {
        chosen = { length, before: earlier };
      }
    }
    best.push(chosen);
    if (chosen.length > (best[end]?.length ?? 0)) end = index;
  });
  const ascent = new Set<number>();
  for (let index = end; index >= 0; index = best[index]?.before ?? -1) {
    ascent.add(numbers[index] ?? -1);
  }
  return ascent;
}
