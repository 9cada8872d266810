import type { Node, ResTarget, SelectStmt, WithClause } from "libpg-query";
import { addWindow } from "./expression.ts";
import { defaultName } from "./default-name.ts";
import { renamed } from "./from.ts";
import { hasStar, nameOf, textsOf, unknown } from "./reader.ts";
import type { Around, Query, Reader } from "./reader.ts";
import { byPosition, endsWith } from "./scope.ts";
import type { CommonTable, CommonTables, FromPart, Output, Scope } from "./scope.ts";
import { nothing, Rows, union, usedAs } from "./uses.ts";
import type { Uses } from "./uses.ts";

export function readQuery(select: SelectStmt, around: Around, reader: Reader): Query {
  const expressions = withExpressions(select.withClause, around, reader);
  const within = { ...around, expressions };
  if (select.valuesLists !== undefined) return readValues(select, within, reader);
  return select.op === undefined || select.op === "SETOP_NONE"
    ? readSelect(select, within, reader)
    : readSetOperation(select, within, reader);
}

/** Adds a query's common table expressions to those around it. */
function withExpressions(
  clause: WithClause | undefined,
  around: Around,
  reader: Reader,
): CommonTables {
  let expressions = around.expressions;
  for (const each of clause?.ctes ?? []) {
    if (!("CommonTableExpr" in each)) continue;
    const { ctename = "", ctequery, aliascolnames, location } = each.CommonTableExpr;
    if (ctequery === undefined || !("SelectStmt" in ctequery)) {
      const message = "Only a query can be a common table expression here.";
      throw unknown("LINEAGE_UNKNOWN_FORM", message, location);
    }
    const name = ctename.toLowerCase();
    const select = ctequery.SelectStmt;
    const names = textsOf(aliascolnames);
    const within = { ...around, expressions };
    const query =
      clause?.recursive === true && select.op === "SETOP_UNION"
        ? readRecursive(select, within, { name, names, reader })
        : reader.query(select, within);
    const { search_clause: search, cycle_clause: cycle } = each.CommonTableExpr;
    const added = [
      search?.search_seq_column,
      cycle?.cycle_mark_column,
      cycle?.cycle_path_column,
    ].flatMap((column) => column ?? []);
    expressions = new Map(expressions).set(name, withColumns(query, names, added));
  }
  return expressions;
}

function withColumns(query: Query, names: readonly string[], added: readonly string[]) {
  const columns = renamed(query, names);
  const uses = usedAs(union(columns.map((column) => column.uses)), "transformation");
  const further = added.map((name) => ({ name: name.toLowerCase(), isSure: true, uses }));
  return { ...query, columns: [...columns, ...further] };
}

interface RecursiveName {
  readonly name: string;
  readonly names: readonly string[];
  readonly reader: Reader;
}

/**
 * Reads a query whose second side reads the query itself, until nothing more is found: what there is to find is finite.
 * What has the same name further out is meant in the first side.
 */
function readRecursive(select: SelectStmt, around: Around, { name, names, reader }: RecursiveName) {
  const { larg, rarg } = sidesOf(select);
  const expressions = withExpressions(select.withClause, around, reader);
  const left = reader.query(larg, { ...around, expressions });
  let found: Query = left;
  for (let size = -1; size !== sizeOf(found);) {
    size = sizeOf(found);
    const self: CommonTable = { ...found, columns: renamed(found, names) };
    const within = { ...around, expressions: new Map(expressions).set(name, self) };
    found = joinSides(select, { left, right: reader.query(rarg, within), around, reader });
  }
  return found;
}

function sizeOf({ columns, rows }: Query): number {
  return columns.reduce((sum, { uses }) => sum + uses.size, rows.size);
}

function readValues(select: SelectStmt, around: Around, reader: Reader): Query {
  const scope = emptyScope(around);
  const lists = (select.valuesLists ?? []).map((each) =>
    "List" in each ? (each.List.items ?? []) : [],
  );
  const width = Math.max(...lists.map(({ length }) => length));
  // Postgres counts from column1; it is DuckDB that runs such a query here.
  const columns = Array.from({ length: width }, (_, index) => ({
    name: `col${index}`,
    isSure: false,
    uses: union(lists.map((list) => reader.expression(list[index], scope))),
  }));
  const query = { columns, isOrdered: true, rows: scope.rows };
  readEnd(select, { ...scope, columns }, { query, reader });
  return query;
}

function emptyScope({ expressions, outer }: Around): Scope {
  const aliases = new Map<string, Uses>();
  const rows = new Rows();
  return { columns: [], tables: [], isOrdered: true, aliases, rows, expressions, outer };
}

function readSetOperation(select: SelectStmt, around: Around, reader: Reader): Query {
  const { larg, rarg } = sidesOf(select);
  const [left, right] = [reader.query(larg, around), reader.query(rarg, around)];
  return joinSides(select, { left, right, around, reader });
}

function sidesOf({ larg, rarg }: SelectStmt) {
  if (larg !== undefined && rarg !== undefined) return { larg, rarg };
  throw unknown("LINEAGE_UNKNOWN_FORM", "This query has one side.", 0);
}

interface Sides {
  readonly left: Query;
  readonly right: Query;
  readonly around: Around;
  readonly reader: Reader;
}

function joinSides(select: SelectStmt, { left, right, around, reader }: Sides): Query {
  const { rarg, op, all } = select;
  const [here, there] = [byPosition(left), byPosition(right)];
  if (here.length !== there.length) {
    const message = `The sides of this query have ${here.length} and ${there.length} columns.`;
    throw unknown("LINEAGE_UNKNOWN_FORM", message, rarg && placeOf(rarg));
  }
  const scope = emptyScope(around);
  const { rows } = scope;
  for (const side of [left, right]) rows.addAll(side.rows);
  const columns = here.map((column, index) => {
    const other = there[index]?.uses ?? nothing;
    return op === "SETOP_EXCEPT" ? column : { ...column, uses: union([column.uses, other]) };
  });
  const values = union([...here, ...there].map(({ uses }) => uses));
  if (op !== "SETOP_UNION") rows.add(values, "filter");
  else if (all !== true) rows.add(values, "group");
  const query = { columns, isOrdered: left.isOrdered, rows };
  readEnd(select, { ...scope, columns }, { query, reader });
  return query;
}

function placeOf({ targetList, larg }: SelectStmt): number | undefined {
  const [target] = targetList ?? [];
  if (target !== undefined && "ResTarget" in target) return target.ResTarget.location;
  return larg === undefined ? undefined : placeOf(larg);
}

function readSelect(select: SelectStmt, around: Around, reader: Reader): Query {
  const empty = emptyScope(around);
  const { rows } = empty;
  const from = reader.from(select.fromClause ?? [], around, rows);
  const aliases = new Map<string, Uses>();
  const scope: Scope = { ...empty, ...from, aliases };
  const read = (node: Node | undefined) => reader.expression(node, scope);

  const columns = (select.targetList ?? []).flatMap((node) => {
    if (!("ResTarget" in node)) return [];
    const found = readTarget(node.ResTarget, scope, reader);
    if (node.ResTarget.name === undefined) return found;
    for (const { name, uses } of found) {
      aliases.set(name, union([aliases.get(name) ?? nothing, uses]));
    }
    return found;
  });
  const hasStars = (select.targetList ?? []).some(isStar);
  const query = { columns, isOrdered: from.isOrdered || !hasStars, rows };

  rows.add(read(select.whereClause), "filter");
  for (const part of select.groupClause ?? []) readGroup(part, columns, { read, rows });
  rows.add(read(select.havingClause), "filter");
  for (const each of select.windowClause ?? []) {
    if ("WindowDef" in each) addWindow(each.WindowDef, rows, read);
  }
  const distinct = select.distinctClause ?? [];
  const distinctOn = distinct.filter((each) => Object.keys(each).length > 0);
  if (distinct.length > 0 && distinctOn.length === 0) {
    rows.add(union(columns.map(({ uses }) => uses)), "group");
  }
  for (const part of distinctOn) readGroup(part, columns, { read, rows });
  readEnd(select, scope, { query, reader });
  return query;
}

function isStar(node: Node): boolean {
  if (!("ResTarget" in node) || node.ResTarget.val === undefined) return false;
  const { val } = node.ResTarget;
  return "ColumnRef" in val && hasStar(val.ColumnRef.fields);
}

function readTarget(target: ResTarget, scope: Scope, reader: Reader): readonly Output[] {
  const { val, name, location } = target;
  if (val !== undefined && "ColumnRef" in val && hasStar(val.ColumnRef.fields)) {
    return expanded(textsOf(val.ColumnRef.fields), scope, location);
  }
  if (val !== undefined && "A_Indirection" in val && hasStar(val.A_Indirection.indirection)) {
    const message = "Nobody can say which columns this value has.";
    throw unknown("LINEAGE_UNKNOWN_FORM", message, location);
  }
  if (val !== undefined && "FuncCall" in val && defaultName(val).name === "unnest") {
    const message = "Nobody can say which columns unnest() has here.";
    throw unknown("LINEAGE_UNKNOWN_FORM", message, location);
  }
  const uses = reader.expression(val, scope);
  const given = name === undefined ? defaultName(val) : { name: name.toLowerCase(), isSure: true };
  return [{ ...given, uses, byte: location }];
}

/** The columns of `*` or of `table.*`, where that is one table in reach. */
function expanded(path: readonly string[], scope: Scope, byte: number | undefined) {
  if (path.length === 0) return scope.columns;
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    const [table, second] = level.tables.filter((each) => endsWith(each.path, path));
    if (second === undefined && table !== undefined && level.isDoubtful !== true) {
      return table.columns;
    }
    if (table !== undefined) break;
  }
  const { fields } = nameOf(path, byte);
  const message = `Nothing here, or more than one thing, is named ${fields.join(".")}.`;
  throw unknown("LINEAGE_UNKNOWN_RELATION", message, byte);
}

interface Grouping {
  readonly read: (node: Node | undefined) => Uses;
  readonly rows: Rows;
}

function readGroup(node: Node, columns: readonly Output[], grouping: Grouping): void {
  if ("GroupingSet" in node) {
    for (const each of node.GroupingSet.content ?? []) readGroup(each, columns, grouping);
    return;
  }
  const uses = atPosition(node, columns) ?? grouping.read(node);
  grouping.rows.add(uses, "group");
}

/** A whole number in GROUP BY and ORDER BY is a column of the result. */
function atPosition(node: Node | undefined, columns: readonly Output[]): Uses | undefined {
  if (node === undefined || !("A_Const" in node)) return undefined;
  const { ival } = node.A_Const;
  return ival === undefined ? undefined : columns[(ival.ival ?? 0) - 1]?.uses;
}

interface End {
  readonly query: Query;
  readonly reader: Reader;
}

/** ORDER BY, LIMIT and OFFSET. A name in ORDER BY is a column of the result before it is one of FROM. */
function readEnd(select: SelectStmt, scope: Scope, { query, reader }: End): void {
  const { rows, columns } = query;
  for (const each of select.sortClause ?? []) {
    const node = "SortBy" in each ? each.SortBy.node : each;
    rows.add(atPosition(node, columns) ?? sortedBy(node, columns, { scope, reader }), "sort");
  }
  for (const node of [select.limitCount, select.limitOffset]) {
    rows.add(reader.expression(node, scope), "filter");
  }
}

interface Sorting {
  readonly scope: Scope;
  readonly reader: Reader;
}

function sortedBy(node: Node | undefined, columns: readonly Output[], { scope, reader }: Sorting) {
  if (node !== undefined && "ColumnRef" in node) {
    const [name, ...rest] = textsOf(node.ColumnRef.fields);
    const named = columns.filter((column) => rest.length === 0 && column.name === name);
    if (named.some(({ isSure }) => isSure)) return union(named.map(({ uses }) => uses));
  }
  // Within an expression DuckDB takes the result's column, Postgres the one of FROM.
  const result: FromPart = { columns, tables: [], isOrdered: true };
  const isDoubtful = true;
  return reader.expression(node, { ...scope, ...result, isDoubtful, outer: scope });
}
