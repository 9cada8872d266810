import type { Place } from "../core/diagnostic.ts";
import type { LakeFile } from "../core/manifest.ts";
import type { Column, DataTest, SourceTable, Template } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { PublishedRelation } from "../core/state.ts";

interface StepBase {
  /** Unique within the plan: `extract.oltp`, `gold.sales`, `test.<name>`. */
  readonly id: string;
  /** Steps that must have gone well before this one begins. */
  readonly after: readonly string[];
}

export interface TableExtraction {
  readonly table: SourceTable;
  /** The lowest cursor value to read; undefined reads everything. */
  readonly since?: string;
  /** Files of earlier extractions that stay part of the raw relation. */
  readonly keptFiles: readonly LakeFile[];
  /** What the database's identity must be; undefined when any will do, as for a first or a whole extraction. */
  readonly expectedIdentity?: string;
  /** The view that this run's models and tests read. */
  readonly candidate: string;
}

/** Reads all wanted tables of one source, as they are at one moment. */
export interface ExtractStep extends StepBase {
  readonly kind: "extract";
  readonly source: string;
  readonly connection: string;
  readonly tables: readonly TableExtraction[];
}

/** Writes one relation's candidate. All texts are final: what is printed is what runs. */
export interface WriteStep extends StepBase {
  readonly kind: "seed" | "model";
  readonly relation: RelationName;
  /** The file that a failure of its SQL is about. */
  readonly place: Place;
  /** What `query` was rendered from, to find its lines again; a seed has none. */
  readonly template?: Template;
  /** `delta` merges into what is published, the others replace it. */
  readonly mode: "table" | "view" | "delta";
  /** The query whose columns are compared with the contract before anything is written; a seed has none. */
  readonly query?: string;
  readonly contract: readonly Column[];
  readonly key: readonly string[];
  readonly write: readonly string[];
  /** What this run's models and tests read instead of the published relation. */
  readonly candidate: string;
  /** Counted for the report; undefined for a view. */
  readonly counted?: string;
  /** An aggregate over `counted` that becomes the watermark; it never goes back, even when old rows are written again. */
  readonly watermark?: string;
  /** What makes the candidate public, in the publish transaction. */
  readonly publish: readonly string[];
  /** What removes the candidate when it is not published. */
  readonly discard: readonly string[];
  /** The ledger's row once it is published. */
  readonly published: PublishedRelation;
}

export interface TestStep extends StepBase {
  readonly kind: "test";
  readonly test: DataTest;
  readonly query: string;
  /** Relations of this run that are not published when the test fails. */
  readonly guards: readonly RelationName[];
}

export type Step = ExtractStep | WriteStep | TestStep;

export interface Plan {
  readonly run: RunIdentity;
  /** In an order in which they could run one by one. */
  readonly steps: readonly Step[];
  /** Tests that were wanted but read something that was never built. */
  readonly untestable: readonly {
    readonly test: DataTest;
    readonly missing: readonly RelationName[];
  }[];
}

export interface RunIdentity {
  /** Lower snake case, sorts by time, unique: part of physical names and of lake keys. */
  readonly id: string;
  /** ISO 8601, UTC; later than that of every earlier run. */
  readonly startedAt: string;
}
