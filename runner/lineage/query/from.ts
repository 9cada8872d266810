import type { Alias, JoinExpr, Node, RangeFunction, RangeVar } from "libpg-query";
import { defaultName } from "./default-name.ts";
import { rowsOfOneColumn } from "./functions.ts";
import { textsOf, unknown } from "./reader.ts";
import type { Around, Reader } from "./reader.ts";
import { byPosition } from "./scope.ts";
import type { Columns, FromPart, Output, Scope } from "./scope.ts";
import { nothing, Rows, union, usedAs } from "./uses.ts";

const noTables: FromPart = { columns: [], tables: [], isOrdered: true };

/** What DuckDB reads as a kind of join, and Postgres's grammar as the left side's alias. */
const kindsOfJoin: ReadonlySet<string> = new Set(["anti", "asof", "positional", "semi"]);

interface Reading extends Around {
  readonly reader: Reader;
  readonly rows: Rows;
}

export function readFrom(items: readonly Node[], around: Around, rows: Rows, reader: Reader) {
  const reading = { ...around, reader, rows };
  return items.reduce<FromPart>(
    (before, item) => beside(before, readItem(item, before, reading)),
    noTables,
  );
}

function beside(left: FromPart, right: FromPart): FromPart {
  return {
    columns: [...left.columns, ...right.columns],
    tables: [...left.tables, ...right.tables],
    isOrdered: left.isOrdered && right.isOrdered,
  };
}

/** The names that a part of FROM sees: those before it in FROM, then those around the query. */
function seen(before: FromPart, reading: Reading, isDoubtful = false): Scope {
  const { expressions, outer, rows } = reading;
  return { ...before, aliases: new Map(), rows, expressions, outer, isDoubtful };
}

function readItem(item: Node, before: FromPart, reading: Reading): FromPart {
  if ("RangeVar" in item) return readTable(item.RangeVar, reading);
  if ("RangeSubselect" in item) {
    const { subquery, alias, lateral } = item.RangeSubselect;
    if (subquery === undefined || !("SelectStmt" in subquery)) return readUnknown(item);
    // DuckDB lets every derived table see what stands before it.
    const outer = seen(before, reading, lateral !== true);
    const { expressions } = reading;
    const query = reading.reader.query(subquery.SelectStmt, { expressions, outer });
    reading.rows.addAll(query.rows);
    return named(query, alias, []);
  }
  if ("JoinExpr" in item) return readJoin(item.JoinExpr, before, reading);
  if ("RangeFunction" in item) return readFunction(item.RangeFunction, before, reading);
  if ("RangeTableSample" in item) {
    const { relation, args = [], repeatable } = item.RangeTableSample;
    if (relation === undefined) return readUnknown(item);
    const scope = seen(before, reading);
    for (const part of [...args, repeatable]) {
      reading.rows.add(reading.reader.expression(part, scope), "filter");
    }
    return readItem(relation, before, reading);
  }
  return readUnknown(item);
}

function readUnknown(item: Node): never {
  const [kind = "This"] = Object.keys(item);
  const message = `${kind} stands in FROM, and nobody can say which columns it has.`;
  throw unknown("LINEAGE_UNKNOWN_FORM", message, undefined);
}

function readTable(table: RangeVar, { reader, expressions, rows }: Reading): FromPart {
  const { catalogname, schemaname, relname = "", alias, location } = table;
  const path = [catalogname, schemaname, relname].flatMap((part) => part?.toLowerCase() ?? []);
  const common = path.length === 1 ? expressions.get(path[0] ?? "") : undefined;
  if (common !== undefined) rows.addAll(common.rows);
  return named(common ?? reader.relation(path, location ?? 0), alias, path);
}

function named(found: Columns, alias: Alias | undefined, path: readonly string[]): FromPart {
  const columns = renamed(found, textsOf(alias?.colnames));
  const own = alias?.aliasname?.toLowerCase();
  const tables = [{ path: own === undefined ? path : [own], columns }];
  return { columns, tables, isOrdered: found.isOrdered };
}

/** Gives the first columns other names. */
export function renamed(found: Columns, names: readonly string[]): readonly Output[] {
  if (names.length === 0) return found.columns;
  const columns = byPosition(found);
  if (names.length > columns.length) {
    const message = `There are ${names.length} names for ${columns.length} columns.`;
    throw unknown("LINEAGE_UNKNOWN_FORM", message, undefined);
  }
  return columns.map((column, index) => {
    const name = names[index];
    return name === undefined ? column : { ...column, name, isSure: true };
  });
}

function readJoin(join: JoinExpr, before: FromPart, reading: Reading): FromPart {
  const { larg, rarg, quals, alias, isNatural, usingClause } = join;
  if (larg === undefined || rarg === undefined) return readUnknown({ JoinExpr: join });
  for (const side of [larg, rarg]) assertPlainAlias(side);
  const left = readItem(larg, before, reading);
  const right = readItem(rarg, beside(before, left), reading);
  const shared = isNatural === true ? commonNames(left, right) : textsOf(usingClause);
  const joined = shared.length === 0 ? beside(left, right) : merged(left, right, shared, reading);
  if (quals !== undefined) {
    const scope = { ...seen(beside(left, right), reading), outer: seen(before, reading) };
    reading.rows.add(reading.reader.expression(quals, scope), "join");
  }
  if (alias === undefined) {
    const both = textsOf(usingClause).length > 0 ? join.join_using_alias : undefined;
    if (both === undefined) return joined;
    const columns = joined.columns.filter(({ name }) => shared.includes(name));
    const table = { path: [(both.aliasname ?? "").toLowerCase()], columns };
    return { ...joined, tables: [...joined.tables, table] };
  }
  return named(joined, alias, []);
}

function assertPlainAlias(item: Node): void {
  const [part] = Object.values(item) as { readonly alias?: Alias; readonly location?: number }[];
  const kind = part?.alias?.aliasname?.toLowerCase();
  if (kind === undefined || !kindsOfJoin.has(kind)) return;
  const message = `Whether "${kind}" is an alias or a kind of join depends on the engine.`;
  throw unknown("LINEAGE_UNKNOWN_FORM", message, part?.location);
}

function commonNames(left: FromPart, right: FromPart): readonly string[] {
  const there = new Set(right.columns.map(({ name }) => name));
  return left.columns.map(({ name }) => name).filter((name) => there.has(name));
}

/** A column of USING stands once, for both sides: which one gives the value depends on the kind of join and the row. */
function merged(
  left: FromPart,
  right: FromPart,
  shared: readonly string[],
  { rows }: Reading,
): FromPart {
  const values = new Map<string, Output>();
  for (const name of shared) {
    const both = [left, right].map(({ columns }) => columns.filter((each) => each.name === name));
    const [here = [], there = []] = both;
    if (here.length !== 1 || there.length !== 1) {
      const message = `Each side of a join USING (${name}) has to have one column of that name.`;
      throw unknown("LINEAGE_UNKNOWN_COLUMN", message, undefined);
    }
    const uses = union([...here, ...there].map((each) => each.uses));
    rows.add(uses, "join");
    values.set(name, { name, isSure: true, uses });
  }
  const columns = [
    ...left.columns.map((column) => values.get(column.name) ?? column),
    ...right.columns.filter(({ name }) => !values.has(name)),
  ];
  // Postgres and Redshift put them first, in the order of USING.
  const isFirst = shared.every((name, index) => columns[index]?.name === name);
  return {
    columns,
    tables: [...left.tables, ...right.tables],
    isOrdered: left.isOrdered && right.isOrdered && isFirst,
  };
}

/** A function that yields rows: what it is given decides them. */
function readFunction(table: RangeFunction, before: FromPart, reading: Reading): FromPart {
  const { functions = [], alias, coldeflist = [], ordinality } = table;
  const scope = seen(before, reading);
  const columns = functions.flatMap((each) => {
    const call = "List" in each ? each.List.items?.[0] : each;
    const name = defaultName(call).name;
    if (call === undefined || !("FuncCall" in call) || !rowsOfOneColumn.has(name)) {
      const message = `Nobody can say which columns ${name}() has.`;
      const byte = call !== undefined && "FuncCall" in call ? call.FuncCall.location : undefined;
      throw unknown("LINEAGE_UNKNOWN_FORM", message, byte);
    }
    const uses = usedAs(reading.reader.expression(call, scope), "transformation");
    const count = name === "unnest" ? (call.FuncCall.args ?? []).length : 1;
    return Array.from({ length: count }, () => ({ name, isSure: false, uses }));
  });
  if (coldeflist.length > 0) return readUnknown({ RangeFunction: table });
  const numbered = ordinality === true ? [{ name: "ordinality", isSure: true, uses: nothing }] : [];
  return named({ columns: [...columns, ...numbered], isOrdered: true }, alias, []);
}
