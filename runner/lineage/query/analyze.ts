import type { Node, ParseResult, SelectStmt } from "libpg-query";
import { LineageFailure } from "../../core/column-lineage.ts";
import type { AnalyzeQuery, ColumnsOf, QueryLineage } from "../../core/column-lineage.ts";
import { withoutNullTreatment } from "../../core/null-treatment.ts";
import { readExpression } from "./expression.ts";
import { readFrom } from "./from.ts";
import { textsOf, unknown } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { byPosition } from "./scope.ts";
import type { Columns } from "./scope.ts";
import { readQuery } from "./select.ts";
import { baseUse } from "./uses.ts";

/** Loads Postgres's own parser, of whose language the queries of Redshift and the portable ones of DuckDB are a part. */
export async function loadQueryAnalysis(): Promise<AnalyzeQuery> {
  const { hasSqlDetails, loadModule, parseSync, scanSync } = await import("libpg-query");
  await loadModule();
  const parse = (sql: string): Pick<ParseResult, "stmts"> => {
    // The parser takes nothing for a fault of its caller.
    if (sql === "") return {};
    try {
      return parseSync(withoutNullTreatment(sql, scanSync));
    } catch (error) {
      if (!hasSqlDetails(error)) throw error;
      const { message = "This is no SQL", cursorPosition = 0 } = error.sqlDetails ?? {};
      throw unknown("LINEAGE_UNKNOWN_SYNTAX", `${message}.`, Math.max(0, cursorPosition));
    }
  };
  return (sql, columnsOf) => {
    try {
      return analyze(parse(sql), columnsOf, characterOffsets(sql));
    } catch (error) {
      if (error instanceof RangeError) {
        throw unknown("LINEAGE_UNKNOWN_FORM", "This is nested too deep.", 0);
      }
      if (!(error instanceof LineageFailure) || error.code === "LINEAGE_UNKNOWN_SYNTAX")
        throw error;
      throw new LineageFailure(error.code, error.message, characterOffsets(sql)(error.offset));
    }
  };
}

/** The tree counts bytes. */
function characterOffsets(sql: string): (bytes: number) => number {
  const buffer = Buffer.from(sql);
  if (buffer.length === sql.length) return (bytes) => bytes;
  return (bytes) => buffer.subarray(0, bytes).toString().length;
}

function analyze(
  { stmts = [] }: Pick<ParseResult, "stmts">,
  columnsOf: ColumnsOf,
  characterOffset: (bytes: number) => number,
): QueryLineage {
  const [first, second] = stmts;
  if (first?.stmt === undefined) throw unknown("LINEAGE_UNKNOWN_FORM", "This is no statement.", 0);
  if (second !== undefined) {
    const message = "This is more than one statement.";
    throw unknown("LINEAGE_UNKNOWN_FORM", message, second.stmt_location);
  }
  const relations = new Map<string, Columns>();
  const reader: Reader = {
    relation: (path, byte) => {
      const name = path.slice(-2).join(".");
      const known = relations.get(name) ?? relationColumns(name, columnsOf);
      if (known === undefined) {
        throw unknown("LINEAGE_UNKNOWN_RELATION", `There is no relation ${name}.`, byte);
      }
      relations.set(name, known);
      return known;
    },
    expression: (node, scope) => readExpression(node, scope, reader),
    query: (select, around) => readQuery(select, around, reader),
    from: (items, around, rows) => readFrom(items, around, rows, reader),
  };
  const { select, writes, names } = statementOf(first.stmt, columnsOf);
  const query = reader.query(select, { expressions: new Map() });
  const columns = names.length === 0 ? query.columns : byPosition(query);
  if (names.length > columns.length) {
    const message = `There are ${names.length} names for ${columns.length} columns.`;
    throw unknown("LINEAGE_UNKNOWN_FORM", message, 0);
  }
  return {
    columns: columns.map(({ name, uses, byte }, index) => ({
      name: names[index] ?? name,
      from: [...uses],
      ...(byte === undefined ? {} : { offset: characterOffset(byte) }),
    })),
    rows: query.rows.all(),
    relations: [...relations.keys()],
    ...(writes === undefined ? {} : { writes }),
  };
}

function relationColumns(relation: string, columnsOf: ColumnsOf): Columns | undefined {
  const columns = columnsOf(relation)?.map((column) => ({
    name: column.toLowerCase(),
    isSure: true,
    uses: new Set([baseUse(relation, column)]),
  }));
  return columns && { columns, isOrdered: true };
}

interface Statement {
  readonly select: SelectStmt;
  readonly writes?: string;
  /** Names that the statement gives the columns of its query; empty keeps theirs. */
  readonly names: readonly string[];
}

function statementOf(node: Node, columnsOf: ColumnsOf): Statement {
  if ("SelectStmt" in node) {
    const into = node.SelectStmt.intoClause?.rel;
    return { select: node.SelectStmt, names: [], ...(into && { writes: relationOf(into) }) };
  }
  if ("CreateTableAsStmt" in node) {
    const { query, into } = node.CreateTableAsStmt;
    return { ...written(query, into?.rel), names: textsOf(into?.colNames) };
  }
  if ("ViewStmt" in node) {
    const { query, view, aliases } = node.ViewStmt;
    return { ...written(query, view), names: textsOf(aliases) };
  }
  if ("InsertStmt" in node && node.InsertStmt.onConflictClause === undefined) {
    const { selectStmt, relation, cols = [] } = node.InsertStmt;
    const found = written(selectStmt, relation);
    const listed = cols.flatMap((each) => ("ResTarget" in each ? [each.ResTarget.name ?? ""] : []));
    const names = listed.length > 0 ? listed : (columnsOf(found.writes) ?? []);
    const around = node.InsertStmt.withClause;
    const own = found.select.withClause;
    const withClause = {
      ctes: [...(around?.ctes ?? []), ...(own?.ctes ?? [])],
      recursive: around?.recursive === true || own?.recursive === true,
    };
    return { ...found, select: { ...found.select, withClause }, names };
  }
  const kind = (Object.keys(node)[0] ?? "").replace(/Stmt$/, "");
  throw unknown("LINEAGE_UNKNOWN_FORM", `${kind} is no query and no statement that writes one.`, 0);
}

interface Target {
  readonly schemaname?: string;
  readonly relname?: string;
}

function written(query: Node | undefined, target: Target | undefined) {
  if (query === undefined || !("SelectStmt" in query) || target === undefined) {
    throw unknown("LINEAGE_UNKNOWN_FORM", "This statement writes the rows of no query.", 0);
  }
  return { select: query.SelectStmt, writes: relationOf(target) };
}

function relationOf({ schemaname, relname = "" }: Target): string {
  const parts = schemaname === undefined ? [relname] : [schemaname, relname];
  return parts.join(".").toLowerCase();
}
