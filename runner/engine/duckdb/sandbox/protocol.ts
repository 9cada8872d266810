import type { DescribedColumn, Row } from "../../../core/ports.ts";
import type { RelationName } from "../../../core/relation.ts";

/** What a sandbox is asked: once in its life. All but `statement` is the runner's own and trusted. */
export interface SandboxRequest {
  /** As the user wrote it; it is not even parsed before the engine is locked. */
  readonly statement: string;
  /** Statements that make the relations there are, before the engine is locked. */
  readonly setup: readonly string[];
  /** The files that the engine can reach once it is locked, each by its absolute path. */
  readonly reachable: readonly string[];
  readonly threads: number;
  readonly memoryBytes: number;
  readonly output: SandboxOutput;
  /** Relations that the statement may make, change or drop; undefined where it may only read. */
  readonly writing?: SandboxWriting;
}

/** Where a result goes: to the asker, or to a file for exports of any length. */
export type SandboxOutput =
  | { readonly kind: "rows"; readonly limit: number }
  | {
      readonly kind: "file";
      readonly format: "csv" | "json" | "parquet";
      /** An absolute path at which nothing stands. */
      readonly path: string;
      /** The rows of the file are the first so many; undefined where more than `most` are a failure. */
      readonly limit?: number;
      readonly most: number;
      readonly mostBytes: number;
    };

export interface SandboxWriting {
  /** Zones in which the statement may make relations. */
  readonly zones: readonly string[];
  /** Of the relations that there are, those that it may change. */
  readonly relations: readonly RelationName[];
  /** Where the rows of a changed relation are written to, as Parquet. */
  readonly path: string;
}

/** What a statement did to a relation. */
export type WrittenRelation =
  | { readonly kind: "dropped"; readonly relation: RelationName }
  | {
      readonly kind: "created" | "replaced" | "changed";
      readonly relation: RelationName;
      /** Of the whole relation; types as `printColumnType` writes them. */
      readonly columns: readonly DescribedColumn[];
      readonly rows: number;
    };

export type SandboxReply =
  | {
      readonly kind: "rows";
      readonly columns: readonly DescribedColumn[];
      readonly rows: readonly Row[];
    }
  | { readonly kind: "file"; readonly columns: readonly DescribedColumn[]; readonly rows: number }
  /** `changed` is undefined where the statement did nothing; `rows` are those that it inserted, deleted or updated. */
  | { readonly kind: "written"; readonly changed?: WrittenRelation; readonly rows: number }
  | { readonly kind: "refused"; readonly reason: string; readonly hint: string }
  | { readonly kind: "too_large"; readonly what: "rows" | "bytes" }
  /** The engine's own words, as JSON where it tells its errors so. */
  | { readonly kind: "failed"; readonly error: string }
  /** What the runner asked for could not be done; the user's statement was not looked at. */
  | { readonly kind: "unprepared"; readonly error: string };
