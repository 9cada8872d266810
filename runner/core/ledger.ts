import type { RunStatus, StepKind, StepOutcome } from "./event.ts";
import type { LakeManifest } from "./manifest.ts";
import type { RelationName } from "./relation.ts";
import type { PublishedDetail, PublishedRelation, WarehouseState } from "./state.ts";

/** How an in-place change of a physical table is taken back. */
export interface Undo {
  /** In order; they leave the table as it was before the publication. */
  readonly statements: readonly string[];
  /** The private tables that the statements read. */
  readonly physical: readonly string[];
}

/** Everything that is known of a relation once it is published. */
export interface RelationVersion {
  readonly published: PublishedRelation;
  /** The highest cursor value, in the text of a timestamp literal. */
  readonly watermark?: string;
  /** Of the database that a source table was read from. */
  readonly identity?: string;
  readonly manifest?: LakeManifest;
  /** Whether the lake's pointer is known to have followed the manifest. */
  readonly isPointed: boolean;
  /** Given where the publication changed a table in place. */
  readonly undo?: Undo;
}

/** A version that readers saw, now or in the past. */
export interface PastVersion extends RelationVersion {
  /** The run or command that published it. */
  readonly publishedBy: string;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
  /** Undefined for what readers see now. */
  readonly supersededAt?: string;
  /** Its change in place was taken back, so that nobody can return to it. */
  readonly isUndone: boolean;
}

export interface PastPublication {
  /** The run or command that published. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
}

/** What an environment's readers saw, and when; everything with the oldest first. */
export interface History {
  readonly publications: readonly PastPublication[];
  readonly versions: readonly PastVersion[];
  /** Versions that were superseded before this moment are forgotten. */
  readonly horizon?: string;
}

/** What one publish transaction makes true in the ledger. */
export interface Publication {
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
  readonly environment: string;
  readonly versions: readonly RelationVersion[];
  /** Relations that the environment no longer has for itself. */
  readonly released: readonly RelationName[];
  readonly details: readonly PublishedDetail[];
}

/** A relation of one environment. */
export interface EnvironmentRelation {
  readonly environment: string;
  readonly relation: RelationName;
}

/** A step as it is recorded before it begins. */
export interface PlannedStep {
  readonly id: string;
  readonly kind: StepKind;
  /** What it would publish; for a test, none. */
  readonly relations: readonly RelationName[];
}

/** A run as it is recorded before it begins. */
export interface BeginningRun {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly command: string;
  readonly environment: string;
  /** What the command was told, so that it can be told so again. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly steps: readonly PlannedStep[];
}

/** What is left of a run for another try. */
export interface UnfinishedRun {
  readonly id: string;
  readonly status: RunStatus | "running";
  readonly options: Readonly<Record<string, unknown>>;
  /** Relations that it was to publish and did not. */
  readonly relations: readonly RelationName[];
  /** Steps that are no relations and did not end well, such as `test.<name>`. */
  readonly steps: readonly string[];
}

/** The record of runs and publications, kept in the warehouse beside the data. */
export interface Ledger {
  state(environment: string): Promise<WarehouseState>;
  history(environment: string): Promise<History>;
  /** Environments other than production, with the relations that each has for itself. */
  environments(): Promise<ReadonlyMap<string, ReadonlySet<RelationName>>>;
  /** A new run's identity, later than everything that was recorded whatever the clock says. */
  nextRun(now: Date): Promise<{ readonly id: string; readonly startedAt: string }>;
  beginRun(run: BeginningRun): Promise<void>;
  /** Records a step's end soon; `flush` waits for it. */
  finishStep(runId: string, outcome: StepOutcome): void;
  flush(): Promise<void>;
  finishRun(runId: string, status: RunStatus): Promise<void>;
  /** The run with this id, or the latest one that was a build, extract, run or test; undefined when there is none. */
  unfinished(runId?: string): Promise<UnfinishedRun | undefined>;
  /** Statements for the publish transaction. */
  publishStatements(publication: Publication): readonly string[];
  /** Statements that mark versions whose change in place was taken back: nobody can return to them. */
  undoneStatements(versions: readonly PastVersion[]): readonly string[];
  /** Runs that began and never ended; their process is gone, since this one holds the warehouse. */
  interruptedRuns(): Promise<readonly string[]>;
  closeInterrupted(): Promise<void>;
  /** Published manifests whose pointers the lake may not have yet. */
  pendingManifests(): Promise<
    readonly { readonly environment: string; readonly manifest: LakeManifest }[]
  >;
  /** Relations that production's readers once saw and see no more. */
  unpublished(): Promise<readonly RelationName[]>;
  markPointed(relations: readonly EnvironmentRelation[]): Promise<void>;
  /** Physical relations that no version published or superseded since `keepSince` needs, and the manifests that are needed. */
  collectable(keepSince: string): Promise<{
    readonly physical: readonly string[];
    readonly manifests: readonly LakeManifest[];
    /** Everything that was published before `keepSince`: the lake's other folders may be another project's. */
    readonly relations: ReadonlySet<RelationName>;
  }>;
  /**
   * Forgets versions that were superseded before `keepSince`, and runs and publications that ended before
   * `keepRunsSince`, save those that a rollback, a retry or a collection could still ask for. ISO 8601, UTC.
   */
  forget(keepSince: string, keepRunsSince: string): Promise<void>;
  /** Every physical relation that the ledger knows. */
  knownPhysical(): Promise<ReadonlySet<string>>;
}
