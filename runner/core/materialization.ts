import type { ColumnType } from "./column-type.ts";
import type { IntervalUnit } from "./interval.ts";

/** What happens when the declared columns are no longer those of the published table. */
export type OnSchemaChange = "fail" | "add" | "sync" | "rebuild";

/** What a full refresh does: build anew, refuse, or leave what was gathered as it is and go on. */
export type FullRefresh = "allow" | "never" | "keep";

/** What is kept from run to run and cannot simply be built again. */
interface Kept {
  readonly onSchemaChange: OnSchemaChange;
  readonly fullRefresh: FullRefresh;
}

interface IncrementalBase extends Kept {
  readonly type: "incremental";
  /** The column whose highest published value is the watermark; for `by_interval`, the one that says whose interval a row is. */
  readonly cursor: string;
}

/** How a delta joins what is published. */
export type Incremental = IncrementalBase &
  (
    | { readonly strategy: "merge"; readonly key: readonly string[] }
    | { readonly strategy: "append" }
    /** Published rows go that have the same values in these columns as a row of the delta; a null is like a null. */
    | { readonly strategy: "delete_insert"; readonly replace: readonly string[] }
    | {
        readonly strategy: "by_interval";
        readonly interval: IntervalUnit;
        /** ISO 8601, UTC: nothing is built before. */
        readonly begin: string;
        /** Intervals before the first one that is due which every build builds again. */
        readonly lookback: number;
      }
  );

/** A slowly changing dimension of type 2: every version of a row that a build has seen, with the time in which it held. */
export type Snapshot = Kept & {
  readonly type: "snapshot";
  /** What tells one row of the query from another; a null is like a null. */
  readonly key: readonly string[];
  /** Whether a version that is gone from the query ends. */
  readonly deletes: "close" | "keep";
} & (
    | { readonly strategy: "timestamp"; readonly cursor: string }
    | { readonly strategy: "check"; readonly columns: readonly string[] }
  );

export type Materialization =
  | { readonly type: "table" }
  | { readonly type: "view" }
  /** No relation of its own: its query stands inside those that read it. */
  | { readonly type: "ephemeral" }
  | Incremental
  | Snapshot;

/** What a snapshot adds behind its query's columns; `valid_to` is null for the version that holds now. */
export const snapshotColumns = [
  {
    name: "snapshot_id",
    type: { kind: "varchar", length: 32 } satisfies ColumnType,
    nullable: false,
    description: "What tells one version from another: a hash of its key and of when it began.",
  },
  {
    name: "valid_from",
    type: { kind: "timestamp" } satisfies ColumnType,
    nullable: false,
    description: "When this version began, in UTC.",
  },
  {
    name: "valid_to",
    type: { kind: "timestamp" } satisfies ColumnType,
    nullable: true,
    description: "When the next version began or the row went, in UTC; null for what holds now.",
  },
] as const;
