import type { Diagnostic, Place } from "../core/diagnostic.ts";
import type { RunStatus } from "../core/event.ts";
import type { Undo } from "../core/ledger.ts";
import type { ControlTotals, LakeColumn, LakeFile } from "../core/manifest.ts";
import type { DataTest } from "../core/data-test.ts";
import type { Column } from "../core/node-base.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { Template } from "../core/template.ts";
import type { UnitTest } from "../core/unit-test.ts";
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
  /** Files of earlier extractions that stay part of the raw relation, each with its columns. */
  readonly keptFiles: readonly LakeFile[];
  /** The raw relation's columns before this extraction; empty where all of it is read anew by request. */
  readonly knownColumns: readonly LakeColumn[];
  /** What the database's identity must be; undefined when any will do, as for a first or a whole extraction. */
  readonly expectedIdentity?: string;
  /** The view that this run's models and tests read. */
  readonly candidate: string;
  readonly fingerprint: string;
}

/** Reads all wanted tables of one source, as they are at one moment. */
export interface ExtractStep extends StepBase {
  readonly kind: "extract";
  readonly source: string;
  readonly connection: string;
  readonly tables: readonly TableExtraction[];
}

/** A query over what a step has staged; a row that it returns stops the step before the next statement. */
export interface Guard {
  /** The statement of `write` after which it is looked. */
  readonly after: string;
  readonly query: string;
  readonly diagnostic: Pick<Diagnostic, "code" | "message" | "hint">;
}

/** A statement of `write` that builds one interval alone. */
export interface IntervalStatement {
  readonly statement: string;
  readonly query: string;
  /** As people name the interval. */
  readonly name: string;
}

/** Writes one relation's candidate. All texts are final: what is printed is what runs. */
export interface WriteStep extends StepBase {
  readonly kind: "seed" | "model";
  readonly relation: RelationName;
  /** The file that a failure of its SQL is about. */
  readonly place: Place;
  /** What `query` was rendered from, to find its lines again; a seed has none. */
  readonly template?: Template;
  /** `delta` joins what is published, `table` and `view` replace it; `ephemeral` writes and publishes nothing. */
  readonly mode: "table" | "view" | "delta" | "ephemeral";
  /** The query whose columns are compared with the contract before anything is written; a seed has none. */
  readonly query?: string;
  /** The columns of `query`. */
  readonly contract: readonly Column[];
  readonly key: readonly string[];
  /** The column by whose day the lake's files are parted. */
  readonly partitionBy?: string;
  readonly write: readonly string[];
  readonly guards?: readonly Guard[];
  readonly intervals?: readonly IntervalStatement[];
  /** What this run's models and tests read instead of the published relation. */
  readonly candidate: string;
  /** Counted for the report; undefined for a view. */
  readonly counted?: string;
  /** An aggregate over `counted` that becomes the watermark; it never goes back, even when old rows are written again. */
  readonly watermark?: string;
  /** Whether a delta without a row leaves everything as it is: in place, and where no interval may take rows away. */
  readonly emptyChangesNothing?: boolean;
  /** What makes the candidate public, in the publish transaction. */
  readonly publish: readonly string[];
  /** What takes `publish` back where that changed a table in place; undefined where the version before stays. */
  readonly undo?: Undo;
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
  /** What the result of `query`, one row of totals, is compared with instead of there being no row. */
  readonly totals?: SourceTotals;
  /** The table for the rows that break the test. What an earlier run left there goes in any case. */
  readonly failuresTable: string;
  readonly storesFailures: boolean;
  /** Breaking rows to print; undefined prints none but those of the diagnostic. */
  readonly shownRows?: number;
}

/** A statement of the project's author around a run or around the write of one model. */
export interface HookStep extends StepBase {
  readonly kind: "hook";
  readonly when: "on_run_start" | "pre_hook" | "post_hook" | "on_run_end";
  /** The model that it belongs to, which is not published when it fails; undefined for a run's. */
  readonly relation?: RelationName;
  readonly template: Template;
  readonly place: Place;
  readonly statement: string;
}

/** What runs when a run has ended, for each end that it may come to. */
export type RunEnd = Readonly<Record<RunStatus, readonly HookStep[]>>;

/** Control totals that a source gave when one of its tables was extracted. */
export interface SourceTotals {
  readonly relation: RelationName;
  /** Of what: of the rows that were extracted, again and again where increments overlap, or of the source's whole table. */
  readonly of: "extracts" | "table";
  /** Files whose totals count; those of this run's extraction come to them. */
  readonly files: readonly LakeFile[];
  /** Of the whole table, as it was when it was last extracted; undefined where they are not known. */
  readonly table?: ControlTotals;
  /** Where this run extracts the table: what it reads is the whole table, or an increment. */
  readonly extractedNow?: Pick<TableExtraction, "since">;
}

/** Holds what a model or a query makes of given rows against what it should; reads no table, and writes nothing. */
export interface UnitTestStep extends StepBase {
  readonly kind: "unit_test";
  readonly test: UnitTest;
  /** Both yield `columns` as texts. */
  readonly actual: string;
  readonly expected: string;
  readonly columns: readonly string[];
  /** The columns by which rows of both sides belong together. */
  readonly key: readonly string[];
  /** What `query`, a part of `actual`, was rendered from. */
  readonly template: Template;
  readonly query: string;
  /** The relation of this run that is not written when the test fails. */
  readonly guards: readonly RelationName[];
}

export type Step = ExtractStep | WriteStep | TestStep | UnitTestStep | HookStep;

/** Relations that are published together or not at all. */
export interface PublishGroup {
  readonly name: string;
  readonly relations: ReadonlySet<RelationName>;
}

export interface Plan {
  readonly run: RunIdentity;
  readonly groups: readonly PublishGroup[];
  /** In an order in which they could run one by one. */
  readonly steps: readonly Step[];
  /** Absent where nothing is to run at the end. */
  readonly end?: RunEnd;
  /** Relations that the environment has for itself, and after this run not any more: it reads production's, if there is one. */
  readonly released: readonly RelationName[];
  /** Source tables whose declaration differs from production's, whose rows the environment reads. */
  readonly changedSources: readonly RelationName[];
  /** Tests that were wanted but read something that was never built. */
  readonly untestable: readonly {
    readonly test: DataTest;
    readonly missing: readonly RelationName[];
  }[];
  /** What its user should know of it, in sentences. */
  readonly notes?: readonly string[];
}

export interface RunIdentity {
  /** Lower snake case, sorts by time, unique: part of physical names and of lake keys. */
  readonly id: string;
  /** ISO 8601, UTC; later than that of every earlier run. */
  readonly startedAt: string;
}
