import type { ControlTotals } from "../core/manifest.ts";
import type { SourceColumn, SourceTable } from "../core/node.ts";

/** A column whose sum is a control total; `scale` is the number of digits after the point. */
export interface SummedColumn {
  readonly column: SourceColumn;
  readonly scale: number;
}

/** The columns that sums are taken of: exact numbers that are neither keys nor ids. */
export function summedColumns(table: SourceTable): readonly SummedColumn[] {
  return table.columns.flatMap((column) => {
    if (table.key.includes(column.name) || /(^|_)id$/.test(column.name)) return [];
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

const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*?)0*)?$/;

/** `12.5` at scale 2 is 1250n; undefined for what is no decimal or has more digits than the scale. */
export function toScaled(text: string, scale: number): bigint | undefined {
  const [, sign, whole = "", fraction = ""] = decimalPattern.exec(text) ?? [];
  if (sign === undefined || fraction.length > scale) return undefined;
  if (!/\d/.test(text)) return undefined;
  const value = BigInt(`0${whole}${fraction.padEnd(scale, "0")}`);
  return sign === "-" ? -value : value;
}

/** 1250n at scale 2 is `12.50`. */
export function fromScaled(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  if (scale === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
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
