import { production } from "./environment.ts";
import type { Interval } from "./interval.ts";
import type { LakeColumn, LakeManifest } from "./manifest.ts";
import type { RelationName } from "./relation.ts";

/** What readers see of one relation, as the ledger knows it. */
export interface PublishedRelation {
  readonly relation: RelationName;
  readonly materialization: "source" | "seed" | "table" | "view" | "incremental" | "snapshot";
  /** The table behind the public view; undefined where the view stands for itself. */
  readonly physical?: string;
  /** The query of the relation's public view in production. */
  readonly definition: string;
  readonly columns: readonly LakeColumn[];
  /** The content that it was built from, its upstream included. */
  readonly fingerprint: string;
  /** What of time is covered, in order and without overlap; only of models that are built by interval. */
  readonly intervals?: readonly Interval[];
  /** The run that published it last. */
  readonly runId: string;
  /** Whose it is: an environment reads what production has and it has not. */
  readonly environment: string;
}

/** What readers find of a relation that is published. */
export type PublishedColumns = Pick<PublishedRelation, "relation" | "columns">;

/** What a publication did to one relation, for reports. */
export interface PublishedDetail {
  readonly relation: RelationName;
  /** Rows written or extracted; undefined where nothing is counted, as for a view. */
  readonly rows?: number;
  /** Of the lake files that this publication added. */
  readonly bytes?: number;
  readonly watermarkBefore?: string;
  readonly watermarkAfter?: string;
}

/** What the ledger tells a plan for one environment: everything here was written by a publish transaction. */
export interface WarehouseState {
  readonly environment: string;
  readonly published: ReadonlyMap<RelationName, PublishedRelation>;
  /** What production has, of which an environment's readers see a part. */
  readonly production: ReadonlyMap<RelationName, PublishedRelation>;
  /** The id of production's latest publication; ids sort by time. */
  readonly latestPublication?: string;
  /** The highest cursor value, of a source table or an incremental model, in the text of a timestamp literal. */
  readonly watermarks: ReadonlyMap<RelationName, string>;
  readonly manifests: ReadonlyMap<RelationName, LakeManifest>;
  /** The identity of the database that each source table was last extracted from. */
  readonly identities: ReadonlyMap<RelationName, string>;
}

export const emptyState: WarehouseState = {
  environment: production,
  published: new Map(),
  production: new Map(),
  watermarks: new Map(),
  manifests: new Map(),
  identities: new Map(),
};
