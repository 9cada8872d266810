import { alignTable, showValue } from "./text-table.ts";

export type TextRow = readonly (string | null)[];

export interface RowDiff {
  readonly columns: readonly string[];
  /** Rows that are on both sides. */
  readonly equal: number;
  /** Rows that belong together and differ. */
  readonly changed: readonly { readonly expected: TextRow; readonly actual: TextRow }[];
  readonly missing: readonly TextRow[];
  readonly unexpected: readonly TextRow[];
}

/**
 * Compares rows as a bag: their order says nothing, their number does. What is left on both sides is brought together
 * by `key` or, without one, with the row that it has most in common with.
 */
export function diffRows(
  columns: readonly string[],
  key: readonly string[],
  sides: { readonly expected: readonly TextRow[]; readonly actual: readonly TextRow[] },
): RowDiff {
  const waiting = new Map<string, number>();
  for (const row of sides.actual) {
    const text = JSON.stringify(row);
    waiting.set(text, (waiting.get(text) ?? 0) + 1);
  }
  const missing: TextRow[] = [];
  for (const row of sides.expected) {
    const text = JSON.stringify(row);
    const left = waiting.get(text) ?? 0;
    if (left > 0) waiting.set(text, left - 1);
    else missing.push(row);
  }
  const unexpected = sides.actual.filter((row) => {
    const text = JSON.stringify(row);
    const left = waiting.get(text) ?? 0;
    if (left === 0) return false;
    waiting.set(text, left - 1);
    return true;
  });
  const equal = sides.expected.length - missing.length;
  const keyIndexes = key.map((column) => columns.indexOf(column));
  return { columns, equal, ...pair(missing, unexpected, keyIndexes) };
}

export function isEqual({ changed, missing, unexpected }: RowDiff): boolean {
  return changed.length + missing.length + unexpected.length === 0;
}

function pair(
  missing: readonly TextRow[],
  unexpected: readonly TextRow[],
  keyIndexes: readonly number[],
): Pick<RowDiff, "changed" | "missing" | "unexpected"> {
  const likeness = (one: TextRow, other: TextRow): number => {
    if (keyIndexes.length > 0) {
      return keyIndexes.every((index) => one[index] === other[index]) ? 1 : 0;
    }
    const same = one.filter((value, index) => value === other[index]).length;
    return same * 2 >= one.length ? same : 0;
  };
  const candidates = missing
    .flatMap((expected, left) =>
      unexpected.map((actual, right) => ({ left, right, like: likeness(expected, actual) })),
    )
    .filter(({ like }) => like > 0)
    .sort((a, b) => b.like - a.like || a.left - b.left || a.right - b.right);
  const partners = new Map<number, number>();
  const taken = new Set<number>();
  for (const { left, right } of candidates) {
    if (partners.has(left) || taken.has(right)) continue;
    partners.set(left, right);
    taken.add(right);
  }
  return {
    changed: missing.flatMap((expected, left) => {
      const actual = unexpected[partners.get(left) ?? -1];
      return actual === undefined ? [] : [{ expected, actual }];
    }),
    missing: missing.filter((_, left) => !partners.has(left)),
    unexpected: unexpected.filter((_, right) => !taken.has(right)),
  };
}

/** More rows than this tell no more about what is wrong. */
const shownDifferences = 10;

/**
 * The differences as a table: `-` before what is expected, `+` before what there is, `^` under the cells that changed.
 * Rows that are equal are counted only.
 */
export function printDiff(diff: RowDiff): string {
  const { columns, changed, missing, unexpected } = diff;
  type Line = {
    readonly sign: string;
    readonly row: TextRow;
    readonly changed?: ReadonlySet<number>;
  };
  const differences: readonly (readonly Line[])[] = [
    ...changed.map(({ expected, actual }): Line[] => {
      const cells = new Set(
        columns.flatMap((_, index) => (expected[index] === actual[index] ? [] : [index])),
      );
      return [
        { sign: "-", row: expected },
        { sign: "+", row: actual, changed: cells },
      ];
    }),
    ...missing.map((row): Line[] => [{ sign: "-", row }]),
    ...unexpected.map((row): Line[] => [{ sign: "+", row }]),
  ];
  const lines = differences.slice(0, shownDifferences).flat();
  const table = alignTable([
    [" ", ...columns],
    ...lines.map(({ sign, row }) => [sign, ...row.map(showValue)]),
  ]).map((line) => line.replace(" | ", " "));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...lines.map(({ row }) => showValue(row[index] ?? null).length)),
  );
  const [head = "", ...body] = table;
  const shown = [head];
  body.forEach((text, number) => {
    shown.push(text);
    const marked = lines[number]?.changed;
    if (marked === undefined) return;
    const marks = columns.map((_, index) =>
      (marked.has(index)
        ? "^".repeat(showValue(lines[number]?.row[index] ?? null).length)
        : ""
      ).padEnd(widths[index] ?? 0),
    );
    shown.push(`  ${marks.join("   ")}`.trimEnd());
  });
  const rest = differences.length - shownDifferences;
  if (rest > 0) shown.push(`  … and ${String(rest)} more`);
  return shown.join("\n");
}
