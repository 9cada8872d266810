import { LineageFailure } from "../../core/column-lineage.ts";
import { nothing, union, usedAs } from "./uses.ts";
import type { Rows, Uses } from "./uses.ts";

/** A column that a query or a relation yields. */
export interface Output {
  /** In lower case, as engines compare names. */
  readonly name: string;
  /** False where engines give an expression without an alias different names. */
  readonly isSure: boolean;
  readonly uses: Uses;
  /** Where the expression stands, in bytes; it goes with the column through every `*`. */
  readonly byte?: number;
}

export interface Columns {
  readonly columns: readonly Output[];
  /** False where engines disagree about which column stands where. */
  readonly isOrdered: boolean;
}

/** What stands in FROM under one name. */
export interface Table {
  /** `["s"]` for an alias, `["catalog", "gold", "sales"]` for a relation without one, as far as written. */
  readonly path: readonly string[];
  readonly columns: readonly Output[];
}

/** What a part of FROM lets the rest of a query see. */
export interface FromPart extends Columns {
  readonly tables: readonly Table[];
}

/** A query's names by level; what an inner query does not have it looks for in the outer one. */
export interface Scope extends FromPart {
  /** Names that the select list has given so far: other columns may use them. */
  readonly aliases: ReadonlyMap<string, Uses>;
  /** Where what decides the rows of this level's query is gathered. */
  readonly rows: Rows;
  readonly expressions: CommonTables;
  readonly outer?: Scope;
  /** Whether only some engines see this level from within: a derived table without LATERAL. */
  readonly isDoubtful?: boolean;
}

/** Common table expressions by name; an inner one hides an outer one. */
export type CommonTables = ReadonlyMap<string, CommonTable>;

export interface CommonTable extends Columns {
  readonly rows: Rows;
}

/** Columns of which none may be told from another by its place: each is made of all. */
export function byPosition({ columns, isOrdered }: Columns): readonly Output[] {
  if (isOrdered) return columns;
  const uses = union(columns.map((column) => column.uses));
  return columns.map((column) => ({ ...column, uses }));
}

/** The byte in the query's text is for the message's position. */
export interface Name {
  readonly fields: readonly string[];
  readonly byte: number;
}

/** What a name stands for. Throws a `LineageFailure` with a position in bytes when nothing has it, or more than one. */
export function resolve(name: Name, scope: Scope): Uses {
  const found = candidates(name, scope);
  if (found.length > 0) return union(found);
  throw new LineageFailure(
    "LINEAGE_UNKNOWN_COLUMN",
    `Nothing here has a column ${name.fields.join(".")}.`,
    name.byte,
  );
}

/** As `resolve`, or undefined where nothing has the name. */
export function resolveIfKnown(name: Name, scope: Scope): Uses | undefined {
  const found = candidates(name, scope);
  return found.length > 0 ? union(found) : undefined;
}

/** Everything that a name may stand for: one thing, unless engines differ in whether they see it there. */
function candidates(name: Name, scope: Scope): readonly Uses[] {
  const found: Uses[] = [];
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    const here = atLevel(name, level);
    found.push(...here.uses);
    if (here.isSure && level.isDoubtful !== true) break;
  }
  return found;
}

interface Found {
  readonly uses: readonly Uses[];
  /** Whether every engine stops looking here. */
  readonly isSure: boolean;
}

function atLevel(name: Name, level: Scope): Found {
  const [first = "", ...rest] = name.fields;
  if (rest.length > 0) {
    const column = ofTable(name, level);
    if (column !== undefined) return { uses: [column.uses], isSure: column.isSure };
  }
  // What follows a column's name is a field of its value.
  const column = oneOf(level.columns, first, name);
  if (column?.isSure === true && rest.length === 0) return { uses: [column.uses], isSure: true };
  const uses = column === undefined ? [] : [column.uses];
  const alias = level.aliases.get(first);
  if (alias !== undefined) uses.push(alias);
  for (const table of level.tables) {
    // A table's own name is its whole row.
    if (!endsWith(table.path, name.fields)) continue;
    uses.push(usedAs(union(table.columns.map((each) => each.uses)), "transformation"));
  }
  return { uses, isSure: false };
}

/** `table.column` with any longer form of the table's name, and fields of the column's value behind it. */
function ofTable(name: Name, level: Scope): Output | undefined {
  for (let length = Math.min(3, name.fields.length - 1); length > 0; length -= 1) {
    const path = name.fields.slice(0, length);
    const column = name.fields[length] ?? "";
    const tables = level.tables.filter((table) => endsWith(table.path, path));
    const found = tables.flatMap((table) => oneOf(table.columns, column, name) ?? []);
    if (found.length > 1) throw ambiguous(name);
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

/** Catalogs are no part of a relation's name here. */
export function endsWith(path: readonly string[], end: readonly string[]): boolean {
  if (end.length > path.length) return path.length > 1 && endsWith(end, path);
  return end.every((part, index) => path[path.length - end.length + index] === part);
}

function oneOf(columns: readonly Output[], wanted: string, name: Name): Output | undefined {
  const found = columns.filter((column) => column.name === wanted);
  if (found.length > 1) throw ambiguous(name);
  if (found[0] !== undefined) return found[0];
  // DuckDB tells columns of one name in a derived table apart by a number.
  const repeated = /^(.+)_\d+$/.exec(wanted)?.[1];
  if (repeated === undefined) return undefined;
  if (columns.filter((column) => column.name === repeated).length > 1) throw ambiguous(name);
  return undefined;
}

function ambiguous({ fields, byte }: Name): LineageFailure {
  const message = `More than one column here is named ${fields.join(".")}.`;
  return new LineageFailure("LINEAGE_UNKNOWN_COLUMN", message, byte);
}

/** Every column that an expression could reach. */
export function everythingIn(scope: Scope): Uses {
  const found: Uses[] = [];
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    found.push(...level.columns.map((column) => column.uses), ...level.aliases.values());
  }
  return found.length === 0 ? nothing : union(found);
}
