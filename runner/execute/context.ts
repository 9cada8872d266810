import type { Dialect } from "../core/dialect.ts";
import type { EngineLoad } from "../core/engine-load.ts";
import type { Emit } from "../core/event.ts";
import type { FileEngine } from "../core/file-engine.ts";
import type { Lease } from "../core/lease.ts";
import type { Ledger, Undo } from "../core/ledger.ts";
import type { Engine, ExtractedTable, Extractor, KillPoint, Lake } from "../core/ports.ts";
import type { LakeManifest } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import type { LocateFailure } from "../core/statement-failure.ts";
import type { PublishedRelation, WarehouseState } from "../core/state.ts";
import type { RunIdentity } from "../plan/step.ts";
import type { Compaction } from "./compaction.ts";
import { StoredFailures } from "./stored-failures.ts";

/** What every step may use. */
export interface ExecutionContext {
  readonly run: RunIdentity;
  readonly engine: Engine;
  /** Of all that was asked of the engine until now; absent where the engine tells none. */
  readonly load?: () => EngineLoad;
  readonly dialect: Dialect;
  /** What works on the raw zone's files on this machine: the warehouse itself, where it does. */
  readonly openFileEngine: () => Promise<FileEngine>;
  readonly lake: Lake;
  readonly ledger: Ledger;
  readonly lease: Lease;
  /** What was published when the run was planned. */
  readonly state: WarehouseState;
  /** Opens a source's connection; called at most once a source and run. */
  readonly openExtractor: (connection: string) => Promise<Extractor>;
  readonly emit: Emit;
  readonly killPoint: KillPoint;
  readonly locate: LocateFailure;
  /** Steps, and files of the lake, that are written at the same time. */
  readonly threads: number;
  /** How long superseded versions stay, for readers that hold them and for the way back. */
  readonly retentionSeconds: number;
  /** How long the ledger tells of a run. */
  readonly runRetentionSeconds: number;
  /** When small files of the raw zone are merged; by default, more than 16 below 16 MB. */
  readonly compaction?: Compaction;
  /** Aborted when the user wants the run to end: what has begun is finished, and nothing is published. */
  readonly signal?: AbortSignal;
}

/** How a raw relation's candidate, which this run's models and tests read, becomes public. */
export interface RawCandidate {
  /** Part of the publish transaction. */
  readonly publish: readonly string[];
  readonly published: Pick<PublishedRelation, "definition" | "physical">;
  /** Given where the publication adds to a table that is published. */
  readonly undo?: Undo;
}

/** What steps learned that the publish transaction needs. Filled by steps that went well. */
export interface Findings {
  readonly extracted: Map<RelationName, ExtractedTable>;
  /** What the manifests of extracted tables will list. */
  readonly rawContents: Map<RelationName, Pick<LakeManifest, "columns" | "files">>;
  /** How extracted tables become public. */
  readonly rawCandidates: Map<RelationName, RawCandidate>;
  /** Of the database that each table was read from. */
  readonly identities: Map<RelationName, string>;
  readonly watermarks: Map<RelationName, string>;
  /** Rows written, where they are counted. */
  readonly rows: Map<RelationName, number>;
  /** Tables of failing rows that earlier runs left. */
  readonly storedFailures: StoredFailures;
  /** Incremental models whose delta was empty. */
  readonly unchanged: Set<RelationName>;
}

export function emptyFindings(): Findings {
  return {
    extracted: new Map(),
    rawContents: new Map(),
    rawCandidates: new Map(),
    identities: new Map(),
    watermarks: new Map(),
    rows: new Map(),
    storedFailures: new StoredFailures(),
    unchanged: new Set(),
  };
}
