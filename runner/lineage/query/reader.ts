import type { Node, SelectStmt } from "libpg-query";
import type { LineageProblem } from "../../core/column-lineage.ts";
import { LineageFailure } from "../../core/column-lineage.ts";
import type { Columns, CommonTables, FromPart, Name, Scope } from "./scope.ts";
import type { Rows, Uses } from "./uses.ts";

/** What a query yields, and what decides its rows. */
export interface Query extends Columns {
  readonly rows: Rows;
}

export interface Around {
  readonly expressions: CommonTables;
  /** What a query inside another one sees of it. */
  readonly outer?: Scope;
}

/** The parts of one analysis, each of which needs the others: expressions hold queries, and queries expressions. */
export interface Reader {
  /** The columns of a relation. Throws where there is none. */
  relation(path: readonly string[], byte: number): Columns;
  expression(node: Node | undefined, scope: Scope): Uses;
  query(select: SelectStmt, around: Around): Query;
  /** Adds what decides the rows of FROM to `rows`. */
  from(items: readonly Node[], around: Around, rows: Rows): FromPart;
}

export type Payloads = UnionToIntersection<Node>;
type UnionToIntersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** The texts of a list of names, in lower case: `*` and steps into lists are left out. */
export function textsOf(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) =>
    "String" in node ? [(node.String.sval ?? "").toLowerCase()] : [],
  );
}

export function nameOf(fields: readonly string[], byte: number | undefined): Name {
  return { fields, byte: byte ?? 0 };
}

/** A failure at a byte of the text, which becomes one at a character. */
export function unknown(code: LineageProblem, message: string, byte: number | undefined) {
  return new LineageFailure(code, message, byte ?? 0);
}

export function hasStar(fields: readonly Node[] | undefined): boolean {
  return (fields ?? []).some((field) => "A_Star" in field);
}
