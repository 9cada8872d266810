import fc from "fast-check";

/** Small relations of whole numbers, some null, that random queries read. */
export const relations: Readonly<Record<string, readonly string[]>> = {
  "gold.a": ["p", "k", "x"],
  "gold.b": ["q", "k", "x"],
  "gold.c": ["k", "y"],
};

/** A query as text with the names of its columns, of which some may be there twice. */
interface Text {
  readonly sql: string;
  readonly columns: readonly string[];
}

/** What stands in FROM: a name, and the columns that it has. */
interface Item {
  readonly name: string;
  readonly columns: readonly string[];
}

interface Around {
  readonly depth: number;
  readonly outer: readonly Item[];
  readonly expressions: readonly Item[];
}

/** Chooses by numbers from 0 up to a bound. */
type Choose = (bound: number) => number;

/** Queries that DuckDB runs, nested a few levels deep, with most of what SQL has. */
export const randomQuery: fc.Arbitrary<string> = fc
  .infiniteStream(fc.nat({ max: 1_000_000 }))
  .map((numbers) => {
    const choose: Choose = (bound) => (numbers.next().value as number) % bound;
    return new Writer(choose).query({ depth: 3, outer: [], expressions: [] }).sql;
  });

/** A whole number of any value. */
function hashed(value: string): string {
  return `cast(hash(${value}) % 97 as bigint)`;
}

class Writer {
  readonly #choose: Choose;
  #names = 0;

  constructor(choose: Choose) {
    this.#choose = choose;
  }

  query(around: Around): Text {
    if (around.depth > 0 && this.#one(4)) return this.#withExpressions(around);
    return this.#body(around);
  }

  #body(around: Around): Text {
    if (around.depth > 0 && this.#one(5)) return this.#setOperation(around);
    if (around.depth > 0 && this.#one(25)) {
      const [name, other] = [this.#name(), this.#name()];
      const rows = `(${this.#expression([], around)}, 1), (2, ${this.#expression([], around)})`;
      return {
        sql: `select * from (values ${rows}) as v(${name}, ${other})`,
        columns: [name, other],
      };
    }
    return this.#select(around);
  }

  #one(bound: number): boolean {
    return this.#choose(bound) === 0;
  }

  #of<Value>(values: readonly Value[]): Value {
    const value = values[this.#choose(values.length)];
    if (value === undefined) throw new Error("nothing to choose from");
    return value;
  }

  #name(): string {
    this.#names += 1;
    return `n${this.#names}`;
  }

  #withExpressions(around: Around): Text {
    const inner = { ...around, depth: around.depth - 1 };
    // A name that hides a relation's, or one of its own.
    const name = this.#one(4) ? "k" : this.#name();
    if (this.#one(4)) {
      const columns = [this.#name(), this.#name()];
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
    const listed = this.#one(3) ? query.columns.map(() => this.#name()) : undefined;
    const columns = listed ?? query.columns;
    const own = `${name}${listed === undefined ? "" : `(${listed.join(", ")})`} as (${query.sql})`;
    const rest = this.#body({ ...inner, expressions: [...around.expressions, { name, columns }] });
    return { ...rest, sql: `with ${own} ${rest.sql}` };
  }

  /** Two columns. */
  #simple(around: Around): string {
    const item = this.#relation(around);
    const [first = "1", last = first] = [item.columns[0], item.columns.at(-1)];
    return `select ${first}, ${last} from ${item.sql}`;
  }

  /** A query whose columns can all be named. */
  #distinctNames(around: Around): Text {
    const query = this.query(around);
    if (new Set(query.columns).size === query.columns.length) return query;
    const columns = query.columns.map(() => this.#name());
    return { sql: `select * from (${query.sql}) as d(${columns.join(", ")})`, columns };
  }

  #setOperation(around: Around): Text {
    const inner = { ...around, depth: around.depth - 1 };
    const [left, right] = [this.#narrow(inner), this.#narrow(inner)];
    const operation = this.#of(["union all", "union", "intersect", "except", "except all"]);
    const order = this.#one(3) ? " order by 1, 2 limit 2" : "";
    return { sql: `(${left.sql}) ${operation} (${right.sql})${order}`, columns: left.columns };
  }

  /** Any query made to have two columns. */
  #narrow(around: Around): Text {
    const query = this.query(around);
    if (query.columns.length === 2) return query;
    const names = query.columns.map(() => this.#name());
    const [first = "", last = ""] = [names[0], names.at(-1)];
    const [one, other] = [this.#name(), this.#name()];
    return {
      sql: `select ${first} as ${one}, ${last} as ${other} from (${query.sql}) as d(${names.join(", ")})`,
      columns: [one, other],
    };
  }

  #relation({ expressions }: Around): Item & { readonly sql: string } {
    const all = Object.entries(relations).map(([name, columns]) => ({ name, columns }));
    const { name, columns } =
      this.#one(2) && expressions.length > 0 ? this.#of(expressions) : this.#of(all);
    const hasSchema = name.includes(".");
    const sql =
      hasSchema && this.#one(4)
        ? `memory.${name}`
        : hasSchema && this.#one(4)
          ? `"gold".${name.slice(5)}`
          : name;
    return { name, columns, sql };
  }

  /** The text of an item of FROM, and what it lets see. */
  #from(
    around: Around,
    before: readonly Item[],
  ): { readonly sql: string; readonly items: readonly Item[] } {
    const inner = { ...around, depth: around.depth - 1 };
    const alias = this.#name();
    const form = around.depth > 0 ? this.#choose(9) : this.#choose(2);
    switch (form) {
      case 0:
      case 1: {
        const { name, columns, sql } = this.#relation(around);
        if (this.#one(4) && before.every((each) => each.name !== name))
          return { sql, items: [{ name, columns }] };
        if (this.#one(4)) {
          const [first, ...rest] = columns;
          const renamed = this.#name();
          return {
            sql: `${sql} as ${alias}(${renamed})`,
            items: [{ name: alias, columns: first === undefined ? [] : [renamed, ...rest] }],
          };
        }
        return { sql: `${sql} as ${alias}`, items: [{ name: alias, columns }] };
      }
      case 2: {
        const query = this.#distinctNames(inner);
        return {
          sql: `(${query.sql}) as ${alias}`,
          items: [{ name: alias, columns: query.columns }],
        };
      }
      case 3: {
        const query = this.#distinctNames({
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
        const [here, there] = [this.#relation(inner), this.#relation(inner)];
        const [left, right] = [this.#name(), this.#name()];
        const shared = here.columns.filter((column) => there.columns.includes(column));
        const kind = this.#of(["join", "left join", "right join", "full join"]);
        const items = [
          { name: left, columns: here.columns },
          { name: right, columns: there.columns },
        ];
        const both = `${here.sql} as ${left} ${kind} ${there.sql} as ${right}`;
        const column = shared[0];
        if (column !== undefined && this.#one(2))
          return { sql: `(${both} using (${column}))`, items };
        if (column !== undefined && this.#one(3))
          return {
            sql: `(${here.sql} as ${left} natural ${kind} ${there.sql} as ${right})`,
            items,
          };
        return {
          sql: `(${both} on ${this.#of(here.columns.map((each) => `${left}.${each}`))} = ${this.#of(there.columns.map((each) => `${right}.${each}`))})`,
          items,
        };
      }
      case 5: {
        const value = this.#expression(before, { ...inner, depth: 0 });
        const name = this.#name();
        return {
          sql: `lateral (select ${value} as ${name}) as ${alias}`,
          items: [{ name: alias, columns: [name] }],
        };
      }
      case 6: {
        const name = this.#name();
        return {
          sql: `generate_series(1, abs(coalesce((${this.#expression(before, { ...inner, depth: 0 })})::int, 0)) % 3) as ${alias}(${name})`,
          items: [{ name: alias, columns: [name] }],
        };
      }
      case 7: {
        // A derived table that sees what is before it, as DuckDB has it, without saying so.
        const query = this.#distinctNames({
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
        const inside = this.#from(inner, []);
        const [first] = inside.items;
        return first === undefined ? this.#from(inner, before) : inside;
      }
    }
  }

  #select(around: Around): Text {
    const items: Item[] = [];
    let from = "";
    for (const index of [0, 1].slice(0, 1 + this.#choose(2))) {
      const join = index === 0 ? "from" : this.#of([",", "cross join", "join", "left join"]);
      const next = this.#from(
        around,
        join === "left join" || join === "," || join === "cross join" || join === "join"
          ? items
          : [],
      );
      const on =
        join.endsWith("join") && join !== "cross join"
          ? ` on ${this.#condition([...items, ...next.items], { ...around, depth: 0 })}`
          : "";
      from += ` ${join} ${next.sql}${on}`;
      items.push(...next.items);
    }
    const where = this.#one(3) ? ` where ${this.#condition(items, around)}` : "";
    return this.#one(4)
      ? this.#grouped({ items, around, from, where })
      : this.#plain({ items, around, from, where });
  }

  #plain({ items, around, from, where }: Parts): Text {
    const columns: string[] = [];
    const parts: string[] = [];
    for (let count = 1 + this.#choose(3); count > 0; count -= 1) {
      const [item] = items;
      if (this.#one(10)) {
        const chosen = this.#of(items);
        parts.push(`${chosen.name.replace(/^gold\./, "")}.*`);
        columns.push(...chosen.columns);
      } else if (this.#one(14) && item !== undefined && columns.length > 0 && around.depth > 0) {
        // A name that the list itself has given.
        const name = this.#name();
        const given = columns.find(
          (column) => /^n\d+$/.test(column) && parts.some((part) => part.endsWith(` as ${column}`)),
        );
        if (given === undefined) continue;
        parts.push(`${given} as ${name}`);
        columns.push(name);
      } else {
        const name = this.#name();
        parts.push(`${this.#value(items, around)} as ${name}`);
        columns.push(name);
      }
    }
    if (parts.length === 0) {
      parts.push("1 as one");
      columns.push("one");
    }
    const distinct = this.#one(6) ? "distinct " : "";
    const orders = columns.map((_, index) => index + 1).join(", ");
    const end = this.#one(6) ? ` order by ${orders} limit ${1 + this.#choose(3)}` : "";
    return { sql: `select ${distinct}${parts.join(", ")}${from}${where}${end}`, columns };
  }

  #grouped({ items, around, from, where }: Parts): Text {
    const key = this.#reference(items, []);
    const [one, two, three] = [this.#name(), this.#name(), this.#name()];
    const aggregate = () => this.#aggregate(items, around);
    const having = this.#one(3) ? ` having ${aggregate()} > ${this.#choose(4)}` : "";
    const form = this.#choose(4);
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

  #aggregate(items: readonly Item[], around: Around): string {
    const inner = { ...around, depth: 0 };
    const value = () => this.#expression(items, inner);
    const filter = this.#one(4) ? ` filter (where ${this.#condition(items, inner)})` : "";
    return this.#of([
      () => `count(*)${filter}`,
      () => `sum(${value()})${filter}`,
      () => `max(${value()})${filter}`,
      () => `count(distinct ${value()})${filter}`,
      () => hashed(`string_agg(${value()}, ',' order by ${value()}, ${value()})${filter}`),
      () => `max(case when ${this.#condition(items, inner)} then ${value()} else 0 end)`,
      () => `arg_max(${value()}, ${value()})`,
      () => `quantile_disc(${value()}, 0.5)`,
    ])();
  }

  #reference(items: readonly Item[], outer: readonly Item[]): string {
    const near = items.length > 0 && (outer.length === 0 || !this.#one(4));
    const item = this.#of(near ? items : outer);
    const column = this.#of(item.columns);
    const others = [...items, ...outer].filter(
      (each) => each !== item && each.columns.includes(column),
    );
    if (others.length === 0 && this.#one(2))
      return this.#one(5) ? `"${column.toUpperCase()}"` : column;
    return `${item.name}.${column}`;
  }

  /** A value, windows over the rows included. */
  #value(items: readonly Item[], around: Around): string {
    if (!this.#one(6)) return this.#expression(items, around);
    const inner = { ...around, depth: 0 };
    const part = () => this.#expression(items, inner);
    const all = [...items]
      .flatMap((item) => item.columns.map((column) => `${item.name}.${column}`))
      .join(", ");
    return this.#of([
      () => `sum(${part()}) over (partition by ${part()})`,
      () => `count(*) over (partition by ${part()})`,
      () => `rank() over (order by ${part()} desc nulls last)`,
      () => `lag(${part()}) over (partition by ${part()} order by ${part()}, ${all})`,
      () => `row_number() over (order by ${all})`,
      () => `sum(${part()}) over (order by ${all} rows between 1 preceding and current row)`,
    ])();
  }

  #expression(items: readonly Item[], around: Around): string {
    if (items.length + around.outer.length === 0) return String(this.#choose(5));
    if (around.depth <= 0)
      return this.#one(3) ? String(this.#choose(4)) : this.#reference(items, around.outer);
    const inner = { ...around, depth: around.depth - 1 };
    const part = () => this.#expression(items, inner);
    const subquery = () => ({
      ...inner,
      depth: Math.min(1, inner.depth),
      outer: [...around.outer, ...items],
    });
    return this.#of([
      () => this.#reference(items, around.outer),
      () => this.#reference(items, around.outer),
      () => `(${part()} + ${part()})`,
      () => `case when ${this.#condition(items, inner)} then ${part()} else ${part()} end`,
      () => `case ${part()} when ${part()} then ${part()} when 2 then 7 end`,
      () => `coalesce(${part()}, ${part()})`,
      () => `nullif(${part()}, ${part()})`,
      () => `if(${this.#condition(items, inner)}, ${part()}, ${part()})`,
      () => `greatest(${part()}, ${part()})`,
      () => `cast(cast(${part()} as varchar) as bigint)`,
      () => hashed(`array[${part()}, ${part()}]`),
      () => `(${part()})::bigint`,
      () => `abs(${part()})`,
      () => `(case when ${this.#condition(items, inner)} then 1 else 0 end)`,
      () => this.#wholeRow(items),
      () => this.#chained(items),
      () => this.#scalarQuery(subquery()),
      () => this.#scalarQuery(subquery()),
    ])();
  }

  #wholeRow(items: readonly Item[]): string {
    const named = items.filter(({ name }) => /^n\d+$/.test(name));
    return named.length === 0 ? "3" : hashed(this.#of(named).name);
  }

  #chained(items: readonly Item[]): string {
    const named = items.filter(({ name }) => /^n\d+$/.test(name));
    if (named.length === 0) return "4";
    const { name, columns } = this.#of(named);
    return `${name}.${this.#of(columns)}.abs()`;
  }

  #scalarQuery(around: Around): string {
    const query = this.#distinctNames(around);
    return `(select max(${this.#of(query.columns)}) from (${query.sql}) as s)`;
  }

  #condition(items: readonly Item[], around: Around): string {
    const inner = { ...around, depth: around.depth - 1 };
    const part = () => this.#expression(items, inner);
    const subquery = () =>
      this.#distinctNames({
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
      () => `not (${this.#condition(items, inner)})`,
      () => `(${this.#condition(items, inner)} or ${this.#condition(items, inner)})`,
      () => {
        const query = subquery();
        return `${part()} in (select ${this.#of(query.columns)} from (${query.sql}) as s)`;
      },
      () => {
        const query = subquery();
        return `${part()} >= all (select ${this.#of(query.columns)} from (${query.sql}) as s)`;
      },
    ];
    return this.#of(around.depth > 0 ? [...simple, ...nested] : simple)();
  }
}

interface Parts {
  readonly items: readonly Item[];
  readonly around: Around;
  readonly from: string;
  readonly where: string;
}
