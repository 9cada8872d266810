import type { ColumnUse, RowUse } from "./column-lineage.ts";
import type { Place } from "./diagnostic.ts";
import type { RelationName } from "./relation.ts";

/** A relation of the project, or a table of a source as `source:oltp.customer`. */
export type LineageRelation = RelationName | `source:${string}`;

/** A column and what it is directly made of. */
export interface ColumnLineage {
  readonly name: string;
  readonly from: readonly ColumnUse[];
  /** Whether extraction or a materialization adds it, and nobody declares it. */
  readonly isTechnical?: true;
  /** Where it is declared; absent for a source's own column and for what is added. */
  readonly place?: Place;
  /** Where its expression stands in the relation's `sql`, in characters. */
  readonly offset?: number;
}

export interface RelationLineage {
  readonly relation: LineageRelation;
  readonly kind: "source_table" | "source" | "seed" | "model";
  readonly columns: ReadonlyMap<string, ColumnLineage>;
  readonly rows: readonly RowUse[];
  /** Why nobody can say what its columns are made of, so that each is made of every column that it reads. */
  readonly inexact?: string;
  /** A model's query as it was analysed. */
  readonly sql?: string;
}

/** Every column of a project; what is read comes before its readers. */
export interface ProjectLineage {
  readonly relations: ReadonlyMap<LineageRelation, RelationLineage>;
}

/** A column's one name: `gold.sales.customer_id`. */
export type ColumnId = `${LineageRelation}.${string}`;

export function columnId(relation: string, column: string): ColumnId {
  return `${relation}.${column}` as ColumnId;
}
