import type { ColumnUse, RowUse, UseOfColumn } from "../../core/column-lineage.ts";

/** What a value is made of. */
export type Uses = ReadonlySet<ColumnUse>;

export const nothing: Uses = new Set();

type Variants = Record<UseOfColumn, ColumnUse>;

const variants = new WeakMap<ColumnUse, Variants>();

/** The use of a base column as it is; every other use of it comes from this one, so that a set holds each once. */
export function baseUse(relation: string, column: string): ColumnUse {
  const base: ColumnUse = { relation, column, how: "identity" };
  const all: Variants = {
    identity: base,
    transformation: { relation, column, how: "transformation" },
    aggregation: { relation, column, how: "aggregation" },
    condition: { relation, column, how: "condition" },
  };
  for (const each of Object.values(all)) variants.set(each, all);
  return base;
}

const strength: Record<UseOfColumn, number> = {
  identity: 0,
  transformation: 1,
  aggregation: 2,
  condition: 3,
};

/** How something is used that is used `inner` in a part that is used `outer`. */
export function composed(outer: UseOfColumn, inner: UseOfColumn): UseOfColumn {
  return strength[outer] > strength[inner] ? outer : inner;
}

/** The same columns, used in a part of an expression that is used so. */
export function usedAs(uses: Uses, how: UseOfColumn): Uses {
  if (how === "identity" || uses.size === 0) return uses;
  const found = new Set<ColumnUse>();
  for (const use of uses) {
    const changed = variants.get(use)?.[composed(how, use.how)];
    if (changed === undefined) throw new Error("a use that baseUse did not make");
    found.add(changed);
  }
  return found;
}

export function union(all: readonly Uses[]): Uses {
  const [first, ...rest] = all.filter(({ size }) => size > 0);
  if (first === undefined) return nothing;
  if (rest.length === 0) return first;
  const found = new Set(first);
  for (const uses of rest) for (const use of uses) found.add(use);
  return found;
}

/** What decides a query's rows. */
export class Rows {
  readonly #found = new Map<RowUse["how"], Set<ColumnUse>>();

  add(uses: Uses, how: RowUse["how"]): void {
    if (uses.size === 0) return;
    const found = this.#found.get(how) ?? new Set();
    this.#found.set(how, found);
    for (const use of usedAs(uses, "condition")) found.add(use);
  }

  addAll(rows: Rows): void {
    for (const [how, uses] of rows.#found) this.add(uses, how);
  }

  get size(): number {
    return [...this.#found.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** All of it as conditions of a value. */
  uses(): Uses {
    return union([...this.#found.values()]);
  }

  all(): readonly RowUse[] {
    return [...this.#found].flatMap(([how, uses]) =>
      [...uses].map(({ relation, column }) => ({ relation, column, how })),
    );
  }
}
