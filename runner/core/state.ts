import type { Interval } from "./interval.ts";
import type { LakeColumn, LakeManifest } from "./manifest.ts";
import type { RelationName } from "./relation.ts";

/** What readers see of one relation, as the ledger knows it. */
export interface PublishedRelation {
  readonly relation: RelationName;
  readonly materialization: "source" | "seed" | "table" | "view" | "incremental" | "snapshot";
  /** The table behind the public view; undefined where the view stands for itself. */
  readonly physical?: string;
  readonly columns: readonly LakeColumn[];
  /** What of time is covered, in order and without overlap; only of models that are built by interval. */
  readonly intervals?: readonly Interval[];
  /** The run that published it last. */
  readonly runId: string;
}

/** What the ledger tells a plan: everything here was written by a publish transaction. */
export interface WarehouseState {
  readonly published: ReadonlyMap<RelationName, PublishedRelation>;
  /** The highest cursor value, of a source table or an incremental model, in the text of a timestamp literal. */
  readonly watermarks: ReadonlyMap<RelationName, string>;
  readonly manifests: ReadonlyMap<RelationName, LakeManifest>;
  /** The identity of the database that each source table was last extracted from. */
  readonly identities: ReadonlyMap<RelationName, string>;
}

export const emptyState: WarehouseState = {
  published: new Map(),
  watermarks: new Map(),
  manifests: new Map(),
  identities: new Map(),
};
