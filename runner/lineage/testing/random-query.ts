import fc from "fast-check";
import { Choices } from "./random-choice.ts";
import { RandomExpressions } from "./random-expression.ts";
import { RandomItems } from "./random-from.ts";
import type { Around, Item, Text } from "./query-text.ts";

/** Queries that DuckDB runs over `relations`, nested a few levels deep, with most of what SQL has. */
export const randomQuery: fc.Arbitrary<string> = fc
  .infiniteStream(fc.nat({ max: 1_000_000 }))
  .map((numbers) => {
    const choices = new Choices((bound) => (numbers.next().value as number) % bound);
    return new RandomQueries(choices).query({ depth: 3, outer: [], expressions: [] }).sql;
  });

class RandomQueries {
  readonly #choices: Choices;
  readonly #expressions: RandomExpressions;
  readonly #items: RandomItems;

  constructor(choices: Choices) {
    const named = (around: Around) => this.#distinctNames(around);
    this.#choices = choices;
    this.#expressions = new RandomExpressions(choices, named);
    this.#items = new RandomItems(choices, named, this.#expressions);
  }

  query(around: Around): Text {
    if (around.depth > 0 && this.#choices.one(4)) return this.#withExpressions(around);
    return this.#body(around);
  }

  #body(around: Around): Text {
    if (around.depth > 0 && this.#choices.one(5)) return this.#setOperation(around);
    if (around.depth > 0 && this.#choices.one(25)) {
      const [name, other] = [this.#choices.name(), this.#choices.name()];
      const rows = `(${this.#expressions.expression([], around)}, 1), (2, ${this.#expressions.expression([], around)})`;
      return {
        sql: `select * from (values ${rows}) as v(${name}, ${other})`,
        columns: [name, other],
      };
    }
    return this.#select(around);
  }

  #withExpressions(around: Around): Text {
    const inner = { ...around, depth: around.depth - 1 };
    // A name that hides a relation's, or one of its own.
    const name = this.#choices.one(4) ? "k" : this.#choices.name();
    if (this.#choices.one(4)) {
      const columns = [this.#choices.name(), this.#choices.name()];
      const [first = "", second = ""] = columns;
      const start = this.#simple(inner);
      const step = `select ${first} + 1, coalesce(${second}, ${first}) from ${name} where ${first} < 4`;
      const own = `${name}(${columns.join(", ")}) as (${start} union ${step})`;
      const rest = this.#body({
        ...inner,
        expressions: [...around.expressions, { name, columns }],
      });
      return { ...rest, sql: `with recursive ${own} ${rest.sql}` };
    }
    const query = this.#distinctNames(inner);
    const listed = this.#choices.one(3) ? query.columns.map(() => this.#choices.name()) : undefined;
    const columns = listed ?? query.columns;
    const own = `${name}${listed === undefined ? "" : `(${listed.join(", ")})`} as (${query.sql})`;
    const rest = this.#body({ ...inner, expressions: [...around.expressions, { name, columns }] });
    return { ...rest, sql: `with ${own} ${rest.sql}` };
  }

  /** Two columns. */
  #simple(around: Around): string {
    const item = this.#items.relation(around);
    const [first = "1", last = first] = [item.columns[0], item.columns.at(-1)];
    return `select ${first}, ${last} from ${item.sql}`;
  }

  /** A query whose columns can all be named. */
  #distinctNames(around: Around): Text {
    const query = this.query(around);
    if (new Set(query.columns).size === query.columns.length) return query;
    const columns = query.columns.map(() => this.#choices.name());
    return { sql: `select * from (${query.sql}) as d(${columns.join(", ")})`, columns };
  }

  #setOperation(around: Around): Text {
    const inner = { ...around, depth: around.depth - 1 };
    const [left, right] = [this.#narrow(inner), this.#narrow(inner)];
    const operation = this.#choices.of(["union all", "union", "intersect", "except", "except all"]);
    const order = this.#choices.one(3) ? " order by 1, 2 limit 2" : "";
    return { sql: `(${left.sql}) ${operation} (${right.sql})${order}`, columns: left.columns };
  }

  /** Any query made to have two columns. */
  #narrow(around: Around): Text {
    const query = this.query(around);
    if (query.columns.length === 2) return query;
    const names = query.columns.map(() => this.#choices.name());
    const [first = "", last = ""] = [names[0], names.at(-1)];
    const [one, other] = [this.#choices.name(), this.#choices.name()];
    return {
      sql: `select ${first} as ${one}, ${last} as ${other} from (${query.sql}) as d(${names.join(", ")})`,
      columns: [one, other],
    };
  }

  #select(around: Around): Text {
    const items: Item[] = [];
    let from = "";
    for (const index of [0, 1].slice(0, 1 + this.#choices.upTo(2))) {
      const join =
        index === 0 ? "from" : this.#choices.of([",", "cross join", "join", "left join"]);
      const next = this.#items.item(
        around,
        join === "left join" || join === "," || join === "cross join" || join === "join"
          ? items
          : [],
      );
      const on =
        join.endsWith("join") && join !== "cross join"
          ? ` on ${this.#expressions.condition([...items, ...next.items], { ...around, depth: 0 })}`
          : "";
      from += ` ${join} ${next.sql}${on}`;
      items.push(...next.items);
    }
    const where = this.#choices.one(3)
      ? ` where ${this.#expressions.condition(items, around)}`
      : "";
    return this.#choices.one(4)
      ? this.#grouped({ items, around, from, where })
      : this.#plain({ items, around, from, where });
  }

  #plain({ items, around, from, where }: Parts): Text {
    const columns: string[] = [];
    const parts: string[] = [];
    for (let count = 1 + this.#choices.upTo(3); count > 0; count -= 1) {
      const [item] = items;
      if (this.#choices.one(10)) {
        const chosen = this.#choices.of(items);
        parts.push(`${chosen.name.replace(/^gold\./, "")}.*`);
        columns.push(...chosen.columns);
      } else if (
        this.#choices.one(14) &&
        item !== undefined &&
        columns.length > 0 &&
        around.depth > 0
      ) {
        // A name that the list itself has given.
        const name = this.#choices.name();
        const given = columns.find(
          (column) => /^n\d+$/.test(column) && parts.some((part) => part.endsWith(` as ${column}`)),
        );
        if (given === undefined) continue;
        parts.push(`${given} as ${name}`);
        columns.push(name);
      } else {
        const name = this.#choices.name();
        parts.push(`${this.#expressions.value(items, around)} as ${name}`);
        columns.push(name);
      }
    }
    if (parts.length === 0) {
      parts.push("1 as one");
      columns.push("one");
    }
    const distinct = this.#choices.one(6) ? "distinct " : "";
    const orders = columns.map((_, index) => index + 1).join(", ");
    const end = this.#choices.one(6)
      ? ` order by ${orders} limit ${1 + this.#choices.upTo(3)}`
      : "";
    return { sql: `select ${distinct}${parts.join(", ")}${from}${where}${end}`, columns };
  }

  #grouped({ items, around, from, where }: Parts): Text {
    const key = this.#expressions.reference(items, []);
    const [one, two, three] = [this.#choices.name(), this.#choices.name(), this.#choices.name()];
    const aggregate = () => this.#expressions.aggregate(items, around);
    const having = this.#choices.one(3) ? ` having ${aggregate()} > ${this.#choices.upTo(4)}` : "";
    const form = this.#choices.upTo(4);
    if (form === 0)
      return {
        sql: `select ${aggregate()} as ${one}, ${aggregate()} as ${two}${from}${where}${having}`,
        columns: [one, two],
      };
    const group = form === 1 ? "1" : form === 2 ? `grouping sets ((${key}), ())` : key;
    return {
      sql: `select ${key} as ${one}, ${aggregate()} as ${two}, ${aggregate()} as ${three}${from}${where} group by ${group}${having}`,
      columns: [one, two, three],
    };
  }
}

interface Parts {
  readonly items: readonly Item[];
  readonly around: Around;
  readonly from: string;
  readonly where: string;
}
