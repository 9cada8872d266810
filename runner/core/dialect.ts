import type { ColumnType } from "./column-type.ts";
import type { EngineName } from "./ports.ts";
import type { RelationName } from "./relation.ts";

export interface Delta {
  /** The physical table that readers see through the public view. */
  readonly published: string;
  /** The staged rows that replace or join it. */
  readonly delta: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
}

/** Statement texts of one engine; pure, so that a plan can be printed without a connection. */
export interface Dialect {
  readonly name: EngineName;
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
  createTable(
    name: string,
    columns: readonly { readonly name: string; readonly type: ColumnType }[],
  ): string;
  insertRows(name: string, rows: readonly (readonly string[])[]): string;
  createView(name: string, query: string): string;
  /** Points a public view at other rows. Safe inside a transaction. */
  replaceView(name: string, query: string): string;
  dropTable(name: string): string;
  dropView(name: string): string;
  /** What the published rows will be once a delta is applied. */
  mergedQuery(delta: Delta): string;
  /** Applies a delta: replaced keys out, all of its rows in. */
  applyDelta(delta: Delta): readonly string[];
  /** The rows of Parquet files at engine-readable locations, which all have the same columns. */
  parquetQuery(locations: readonly string[]): string;
  /** An empty relation of these columns. */
  emptyQuery(columns: readonly { readonly name: string; readonly type: ColumnType }[]): string;
}
