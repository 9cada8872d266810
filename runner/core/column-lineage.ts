/**
 * How a column reaches a value: as it is (also cast to another type), by way of an expression, in an aggregate, or as
 * what decides which of several values it is. A value tells of its conditions too: `case when email = … then 1 end`.
 */
export type UseOfColumn = "identity" | "transformation" | "aggregation" | "condition";

/** One column of a relation and how it reaches a result. */
export interface ColumnUse {
  /** `zone.name` */
  readonly relation: string;
  readonly column: string;
  readonly how: UseOfColumn;
}

/** A column of a result and what its values are made of; a constant has nothing. */
export interface ColumnOrigin {
  readonly name: string;
  readonly from: readonly ColumnUse[];
  /** Where its expression stands in the query's text, in characters; absent for a column that `*` takes as it is. */
  readonly offset?: number;
}

/** A column that decides which rows a result has, in which order they stand, or which of them are seen together. */
export interface RowUse {
  readonly relation: string;
  readonly column: string;
  readonly how: "join" | "filter" | "group" | "sort" | "window";
}

export interface QueryLineage {
  /** In the order of the result, but for `select *` over a join with USING, where engines differ. */
  readonly columns: readonly ColumnOrigin[];
  readonly rows: readonly RowUse[];
  /** The relations that it names, each once, those of common table expressions that nothing reads included. */
  readonly relations: readonly string[];
  /** What a CREATE TABLE AS, CREATE VIEW or INSERT writes; absent for a query. */
  readonly writes?: string;
}

export type LineageProblem =
  /** A name that nothing in scope has, or more than one. */
  | "LINEAGE_UNKNOWN_COLUMN"
  | "LINEAGE_UNKNOWN_RELATION"
  /** Text that is no SQL that the parser knows. */
  | "LINEAGE_UNKNOWN_SYNTAX"
  /** SQL of which nobody can say what it reads. */
  | "LINEAGE_UNKNOWN_FORM";

/** A query whose lineage cannot be told; what becomes of it is for the caller to say. */
export class LineageFailure extends Error {
  readonly code: LineageProblem;
  /** Offset in the query's text, in characters. */
  readonly offset: number;

  constructor(code: LineageProblem, message: string, offset: number) {
    super(message);
    this.name = "LineageFailure";
    this.code = code;
    this.offset = offset;
  }
}

/** The columns of `zone.name` in their order, undefined for what is no relation. */
export type ColumnsOf = (relation: string) => readonly string[] | undefined;

/** Throws a `LineageFailure` where it cannot tell. */
export type AnalyzeQuery = (sql: string, columnsOf: ColumnsOf) => QueryLineage;
