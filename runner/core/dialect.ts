import type { ColumnType } from "./column-type.ts";
import type { EngineName } from "./ports.ts";
import type { RelationName } from "./relation.ts";
import type { TableStorage } from "./table-storage.ts";

/** Which published rows go when a delta comes. */
export type Replacement =
  | { readonly by: "nothing" }
  /** Those that have the values of a staged row in these columns; where they may be null, a null is like a null. */
  | {
      readonly by: "values";
      readonly columns: readonly {
        readonly name: string;
        readonly type: ColumnType;
        readonly nullable: boolean;
      }[];
    }
  /** Those whose value in a column lies in one of these ranges: from `since` to before `until`, SQL literals both. */
  | {
      readonly by: "ranges";
      readonly column: string;
      readonly ranges: readonly { readonly since: string; readonly until: string }[];
    };

export interface Delta {
  /** The rows that readers see through the public view: a physical table, or a query in brackets over one. */
  readonly published: string;
  /** The staged rows that replace or join them: a table, or a query in brackets. */
  readonly delta: string;
  readonly replace: Replacement;
  readonly columns: readonly string[];
}

/** A delta that is applied where the published rows are. Rows tell by a hidden column which run wrote them. */
export interface AppliedDelta extends Delta {
  readonly runId: string;
  /** The table that keeps the replaced rows, for the way back; undefined when the delta replaces nothing. */
  readonly undo?: string;
}

/** How a snapshot finds versions; all SQL is in the columns' own terms. */
export interface SnapshotRules {
  /** The query's columns. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly key: readonly string[];
  readonly change:
    | { readonly strategy: "timestamp"; readonly cursor: string }
    | { readonly strategy: "check"; readonly columns: readonly string[] };
  readonly deletes: "close" | "keep";
  /** A SQL literal: when a run saw what no cursor tells the time of. */
  readonly now: string;
}

/** Queries read the lake's Parquet files where they are. */
export interface FilesInPlace {
  readonly kind: "in_place";
  /**
   * The rows of files at engine-readable locations. Where the files differ in their columns, `columns` says which the rows
   * have, and in what types; one that is absent from every file is null.
   */
  parquetQuery(
    locations: readonly string[],
    columns?: readonly {
      readonly name: string;
      readonly type: ColumnType;
      readonly isAbsent: boolean;
    }[],
  ): string;
}

/** The rows of the lake's Parquet files are copied into tables before queries read them. */
export interface CopiedFiles {
  readonly kind: "copied";
  /**
   * Adds the rows of the files in a list, by its address, to a table; `columns` are the files', in their order. Columns
   * that the files do not have take their defaults.
   */
  copy(table: string, columns: readonly string[], list: string): string;
}

/** The dialect of an engine that reads the lake's files in place. */
export type FileDialect = Dialect & { readonly files: FilesInPlace };

/** A column of a new table. */
export interface NewColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** A SQL literal for rows that are added without this column; default is null. */
  readonly byDefault?: string;
}

/** What a model says of the table that keeps its rows. */
export interface StoredTable {
  /** All of its query's columns, in their order. */
  readonly columns: readonly NewColumn[];
  readonly storage?: TableStorage;
}

/** Statement texts of one engine; pure, so that a plan can be printed without a connection. */
export interface Dialect {
  readonly name: EngineName;
  /** The current time, UTC, as a timestamp. */
  readonly now: string;
  /** Whether public views may have masks; what has them can be read by no other view. */
  readonly hasMaskedViews: boolean;
  /** The longest text that a column of any type holds, in bytes; absent is any. */
  readonly longestText?: number;
  /** The public name of a relation. */
  relation(relation: RelationName): string;
  /** The private name of what a run writes for a relation; unique for each run. */
  physical(relation: RelationName, runId: string): string;
  columnType(type: ColumnType): string;
  /** How the engine's own description of a query names this type. */
  describedType(type: ColumnType): string;
  /** A value of a declared type as SQL text; `null` for null. */
  literal(value: string | null, type: ColumnType): string;
  createTableAs(name: string, query: string): string;
  /** A table that stays, of a query's rows and stored as its model says; the last statement fills it. */
  storeTable(name: string, query: string, table: StoredTable): readonly string[];
  createTable(name: string, columns: readonly NewColumn[]): string;
  /** In as many statements as keep each below the length that every engine takes. */
  insertRows(name: string, rows: readonly (readonly string[])[]): readonly string[];
  createView(name: string, query: string): string;
  /**
   * Points a public view at other rows, inside a transaction. `hasSameColumns` where a view of this name is there with
   * them: only then may an engine keep the rights that others were given on it.
   */
  replaceView(
    name: string,
    query: string,
    options?: { readonly hasSameColumns: boolean },
  ): readonly string[];
  dropTable(name: string): string;
  dropView(name: string): string;
  /** What the published rows will be once a delta is applied. */
  mergedQuery(delta: Delta): string;
  /** The same rows with the run that wrote each, for a new table. */
  rewrittenQuery(delta: Delta, runId: string): string;
  /** A query's rows with the run that writes them. */
  stampedQuery(query: string, columns: readonly string[], runId: string): string;
  /** Applies a delta where the published rows are, the replaced rows kept in `undo`. */
  applyDelta(delta: AppliedDelta): readonly string[];
  /** Takes an applied delta back, row for row. */
  undoDelta(
    delta: Pick<AppliedDelta, "published" | "columns" | "runId" | "undo">,
  ): readonly string[];
  /** The first versions of a snapshot: all rows of `source`, a table or a query in brackets. */
  firstVersions(source: string, rules: SnapshotRules): string;
  /** The versions that end and those that begin, by `snapshot_id`, since a snapshot was published. */
  changedVersions(
    rows: { readonly source: string; readonly published: string },
    rules: SnapshotRules,
  ): string;
  readonly files: FilesInPlace | CopiedFiles;
  /** An empty relation of these columns. */
  emptyQuery(columns: readonly { readonly name: string; readonly type: ColumnType }[]): string;
}
