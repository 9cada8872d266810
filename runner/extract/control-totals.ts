import type { ControlTotals } from "../core/manifest.ts";
import type { SourceColumn, SourceTable } from "../core/node.ts";
import { fromScaled, toScaled } from "../core/scaled-decimal.ts";

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

/** Adds up the rows of one table, exactly, as they leave the source. Texts that are no number are left to the cast. */
export class TotalsCounter {
  readonly #summed: readonly (SummedColumn & { readonly index: number })[];
  readonly #sums: bigint[];
  #rows = 0;

  constructor(table: SourceTable) {
    this.#summed = summedColumns(table).map((summed) => ({
      ...summed,
      index: table.columns.indexOf(summed.column),
    }));
    this.#sums = this.#summed.map(() => 0n);
  }

  /** `row` holds the declared columns' texts in their order. */
  add(row: readonly (string | null)[]): void {
    this.#rows += 1;
    this.#summed.forEach(({ index, scale }, sum) => {
      const scaled = toScaled(row[index] ?? "0", scale);
      this.#sums[sum] = (this.#sums[sum] ?? 0n) + (scaled ?? 0n);
    });
  }

  totals(): ControlTotals {
    const sums = this.#summed.map(
      ({ column, scale }, sum) => [column.name, fromScaled(this.#sums[sum] ?? 0n, scale)] as const,
    );
    return { rows: this.#rows, sums: Object.fromEntries(sums) };
  }
}
