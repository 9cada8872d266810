import type { Choices } from "./random-choice.ts";
import type { RandomExpressions } from "./random-expression.ts";
import type { Around, Item, MakeQuery } from "./query-text.ts";

/** Small relations of whole numbers, some null, that random queries read. */
export const relations: Readonly<Record<string, readonly string[]>> = {
  "gold.a": ["p", "k", "x"],
  "gold.b": ["q", "k", "x"],
  "gold.c": ["k", "y"],
};

/** Random items of FROM. */
export class RandomItems {
  readonly #choices: Choices;
  readonly #query: MakeQuery;
  readonly #expressions: RandomExpressions;

  constructor(choices: Choices, query: MakeQuery, expressions: RandomExpressions) {
    this.#choices = choices;
    this.#query = query;
    this.#expressions = expressions;
  }

  relation({ expressions }: Around): Item & { readonly sql: string } {
    const all = Object.entries(relations).map(([name, columns]) => ({ name, columns }));
    const { name, columns } =
      this.#choices.one(2) && expressions.length > 0
        ? this.#choices.of(expressions)
        : this.#choices.of(all);
    const hasSchema = name.includes(".");
    const sql =
      hasSchema && this.#choices.one(4)
        ? `memory.${name}`
        : hasSchema && this.#choices.one(4)
          ? `"gold".${name.slice(5)}`
          : name;
    return { name, columns, sql };
  }

  /** The text of an item of FROM, and what it lets see. */
  item(
    around: Around,
    before: readonly Item[],
  ): { readonly sql: string; readonly items: readonly Item[] } {
    const inner = { ...around, depth: around.depth - 1 };
    const alias = this.#choices.name();
    const form = around.depth > 0 ? this.#choices.upTo(9) : this.#choices.upTo(2);
    switch (form) {
      case 0:
      case 1: {
        const { name, columns, sql } = this.relation(around);
        if (this.#choices.one(4) && before.every((each) => each.name !== name))
          return { sql, items: [{ name, columns }] };
        if (this.#choices.one(4)) {
          const [first, ...rest] = columns;
          const renamed = this.#choices.name();
          return {
            sql: `${sql} as ${alias}(${renamed})`,
            items: [{ name: alias, columns: first === undefined ? [] : [renamed, ...rest] }],
          };
        }
        return { sql: `${sql} as ${alias}`, items: [{ name: alias, columns }] };
      }
      case 2: {
        const query = this.#query(inner);
        return {
          sql: `(${query.sql}) as ${alias}`,
          items: [{ name: alias, columns: query.columns }],
        };
      }
      case 3: {
        const query = this.#query({
          ...inner,
          depth: 0,
          outer: [...around.outer, ...before],
        });
        return {
          sql: `lateral (${query.sql}) as ${alias}`,
          items: [{ name: alias, columns: query.columns }],
        };
      }
      case 4: {
        const [here, there] = [this.relation(inner), this.relation(inner)];
        const [left, right] = [this.#choices.name(), this.#choices.name()];
        const shared = here.columns.filter((column) => there.columns.includes(column));
        const kind = this.#choices.of(["join", "left join", "right join", "full join"]);
        const items = [
          { name: left, columns: here.columns },
          { name: right, columns: there.columns },
        ];
        const both = `${here.sql} as ${left} ${kind} ${there.sql} as ${right}`;
        const column = shared[0];
        if (column !== undefined && this.#choices.one(2))
          return { sql: `(${both} using (${column}))`, items };
        if (column !== undefined && this.#choices.one(3))
          return {
            sql: `(${here.sql} as ${left} natural ${kind} ${there.sql} as ${right})`,
            items,
          };
        return {
          sql: `(${both} on ${this.#choices.of(here.columns.map((each) => `${left}.${each}`))} = ${this.#choices.of(there.columns.map((each) => `${right}.${each}`))})`,
          items,
        };
      }
      case 5: {
        const value = this.#expressions.expression(before, { ...inner, depth: 0 });
        const name = this.#choices.name();
        return {
          sql: `lateral (select ${value} as ${name}) as ${alias}`,
          items: [{ name: alias, columns: [name] }],
        };
      }
      case 6: {
        const name = this.#choices.name();
        return {
          sql: `generate_series(1, abs(coalesce((${this.#expressions.expression(before, { ...inner, depth: 0 })})::int, 0)) % 3) as ${alias}(${name})`,
          items: [{ name: alias, columns: [name] }],
        };
      }
      case 7: {
        // A derived table that sees what is before it, as DuckDB has it, without saying so.
        const query = this.#query({
          ...inner,
          depth: 0,
          outer: [...around.outer, ...before],
        });
        return {
          sql: `(${query.sql}) as ${alias}`,
          items: [{ name: alias, columns: query.columns }],
        };
      }
      default: {
        const inside = this.item(inner, []);
        const [first] = inside.items;
        return first === undefined ? this.item(inner, before) : inside;
      }
    }
  }
}
