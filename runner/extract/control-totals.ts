import type { ControlTotals } from "../core/manifest.ts";
import type { SourceTable } from "../core/source-table.ts";
import { ExactSum } from "./exact-sum.ts";
import { fromScaled, toScaled } from "../core/scaled-decimal.ts";
import { summedColumns } from "../core/summed-columns.ts";
import type { SummedColumn } from "../core/summed-columns.ts";

/** Adds up the rows of one table, exactly, as they leave the source. Texts that are no decimal count as 0: they are for the cast to refuse. */
export class TotalsCounter {
  readonly #summed: readonly (SummedColumn & { readonly index: number })[];
  readonly #sums: bigint[];
  /** Of values with more digits than their column holds. */
  readonly #others: readonly ExactSum[];
  #rows = 0;

  constructor(table: SourceTable) {
    this.#summed = summedColumns(table).map((summed) => ({
      ...summed,
      index: table.columns.indexOf(summed.column),
    }));
    this.#sums = this.#summed.map(() => 0n);
    this.#others = this.#summed.map(() => new ExactSum());
  }

  /** `row` holds the declared columns' texts in their order. */
  add(row: readonly (string | null)[]): void {
    this.#rows += 1;
    this.#summed.forEach(({ index, scale }, sum) => {
      const text = row[index] ?? "0";
      const scaled = toScaled(text, scale);
      if (scaled === undefined) this.#others[sum]?.add(text);
      else this.#sums[sum] = (this.#sums[sum] ?? 0n) + scaled;
    });
  }

  totals(): ControlTotals {
    const sums = this.#summed.map(({ column, scale }, index) => {
      const sum = new ExactSum();
      sum.add(fromScaled(this.#sums[index] ?? 0n, scale));
      sum.add(this.#others[index]?.text(scale) ?? "0");
      return [column.name, sum.text(scale)] as const;
    });
    return { rows: this.#rows, sums: Object.fromEntries(sums) };
  }
}
