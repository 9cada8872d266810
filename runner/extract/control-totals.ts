import type { ControlTotals } from "../core/manifest.ts";
import type { SourceTable } from "../core/node.ts";
import { fromScaled, toScaled } from "../core/scaled-decimal.ts";
import { summedColumns } from "../core/summed-columns.ts";
import type { SummedColumn } from "../core/summed-columns.ts";

export { summedColumns };

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
