import type { Choices } from "./random-choice.ts";
import type { Around, Item, MakeQuery } from "./query-text.ts";

/** A whole number of any value. */
function hashed(value: string): string {
  return `cast(hash(${value}) % 97 as bigint)`;
}

/** Random expressions over the items of a query, with subqueries that `query` makes. */
export class RandomExpressions {
  readonly #choices: Choices;
  readonly #query: MakeQuery;

  constructor(choices: Choices, query: MakeQuery) {
    this.#choices = choices;
    this.#query = query;
  }

  aggregate(items: readonly Item[], around: Around): string {
    const inner = { ...around, depth: 0 };
    const value = () => this.expression(items, inner);
    const filter = this.#choices.one(4) ? ` filter (where ${this.condition(items, inner)})` : "";
    return this.#choices.of([
      () => `count(*)${filter}`,
      () => `sum(${value()})${filter}`,
      () => `max(${value()})${filter}`,
      () => `count(distinct ${value()})${filter}`,
      () => hashed(`string_agg(${value()}, ',' order by ${value()}, ${value()})${filter}`),
      () => `max(case when ${this.condition(items, inner)} then ${value()} else 0 end)`,
      () => `arg_max(${value()}, ${value()})`,
      () => `quantile_disc(${value()}, 0.5)`,
    ])();
  }

  reference(items: readonly Item[], outer: readonly Item[]): string {
    const near = items.length > 0 && (outer.length === 0 || !this.#choices.one(4));
    const item = this.#choices.of(near ? items : outer);
    const column = this.#choices.of(item.columns);
    const others = [...items, ...outer].filter(
      (each) => each !== item && each.columns.includes(column),
    );
    if (others.length === 0 && this.#choices.one(2))
      return this.#choices.one(5) ? `"${column.toUpperCase()}"` : column;
    return `${item.name}.${column}`;
  }

  /** A value, windows over the rows included. */
  value(items: readonly Item[], around: Around): string {
    if (!this.#choices.one(6)) return this.expression(items, around);
    const inner = { ...around, depth: 0 };
    const part = () => this.expression(items, inner);
    const all = [...items]
      .flatMap((item) => item.columns.map((column) => `${item.name}.${column}`))
      .join(", ");
    return this.#choices.of([
      () => `sum(${part()}) over (partition by ${part()})`,
      () => `count(*) over (partition by ${part()})`,
      () => `rank() over (order by ${part()} desc nulls last)`,
      () => `lag(${part()}) over (partition by ${part()} order by ${part()}, ${all})`,
      () => `row_number() over (order by ${all})`,
      () => `sum(${part()}) over (order by ${all} rows between 1 preceding and current row)`,
    ])();
  }

  expression(items: readonly Item[], around: Around): string {
    if (items.length + around.outer.length === 0) return String(this.#choices.upTo(5));
    if (around.depth <= 0)
      return this.#choices.one(3)
        ? String(this.#choices.upTo(4))
        : this.reference(items, around.outer);
    const inner = { ...around, depth: around.depth - 1 };
    const part = () => this.expression(items, inner);
    const subquery = () => ({
      ...inner,
      depth: Math.min(1, inner.depth),
      outer: [...around.outer, ...items],
    });
    return this.#choices.of([
      () => this.reference(items, around.outer),
      () => this.reference(items, around.outer),
      () => `(${part()} + ${part()})`,
      () => `case when ${this.condition(items, inner)} then ${part()} else ${part()} end`,
      () => `case ${part()} when ${part()} then ${part()} when 2 then 7 end`,
      () => `coalesce(${part()}, ${part()})`,
      () => `nullif(${part()}, ${part()})`,
      () => `if(${this.condition(items, inner)}, ${part()}, ${part()})`,
      () => `greatest(${part()}, ${part()})`,
      () => `cast(cast(${part()} as varchar) as bigint)`,
      () => hashed(`array[${part()}, ${part()}]`),
      () => `(${part()})::bigint`,
      () => `abs(${part()})`,
      () => `(case when ${this.condition(items, inner)} then 1 else 0 end)`,
      () => this.#wholeRow(items),
      () => this.#chained(items),
      () => this.#scalarQuery(subquery()),
      () => this.#scalarQuery(subquery()),
    ])();
  }

  #wholeRow(items: readonly Item[]): string {
    const named = items.filter(({ name }) => /^n\d+$/.test(name));
    return named.length === 0 ? "3" : hashed(this.#choices.of(named).name);
  }

  #chained(items: readonly Item[]): string {
    const named = items.filter(({ name }) => /^n\d+$/.test(name));
    if (named.length === 0) return "4";
    const { name, columns } = this.#choices.of(named);
    return `${name}.${this.#choices.of(columns)}.abs()`;
  }

  #scalarQuery(around: Around): string {
    const query = this.#query(around);
    return `(select max(${this.#choices.of(query.columns)}) from (${query.sql}) as s)`;
  }

  condition(items: readonly Item[], around: Around): string {
    const inner = { ...around, depth: around.depth - 1 };
    const part = () => this.expression(items, inner);
    const subquery = () =>
      this.#query({
        ...inner,
        depth: Math.min(1, inner.depth),
        outer: [...around.outer, ...items],
      });
    const simple = [
      () => `${part()} = ${part()}`,
      () => `${part()} > ${part()}`,
      () => `${part()} is null`,
      () => `${part()} between 1 and ${part()}`,
      () => `${part()} in (1, ${part()})`,
      () => `${part()} is distinct from ${part()}`,
    ];
    const nested = [
      () => `exists (${subquery().sql})`,
      () => `not (${this.condition(items, inner)})`,
      () => `(${this.condition(items, inner)} or ${this.condition(items, inner)})`,
      () => {
        const query = subquery();
        return `${part()} in (select ${this.#choices.of(query.columns)} from (${query.sql}) as s)`;
      },
      () => {
        const query = subquery();
        return `${part()} >= all (select ${this.#choices.of(query.columns)} from (${query.sql}) as s)`;
      },
    ];
    return this.#choices.of(around.depth > 0 ? [...simple, ...nested] : simple)();
  }
}
