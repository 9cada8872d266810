import type { Diagnostic } from "./diagnostic.ts";
import type { EngineLoad, SubmissionCost } from "./engine-load.ts";
import type { RelationName } from "./relation.ts";
import type { PublishedDetail } from "./state.ts";

export type StepKind = "extract" | "seed" | "model" | "unit_test" | "test" | "hook";

/** `warned` is a test with severity warn that found rows; `skipped` never began. */
export type StepStatus = "ok" | "warned" | "failed" | "skipped";

export interface StepOutcome {
  readonly id: string;
  readonly kind: StepKind;
  readonly status: StepStatus;
  readonly milliseconds: number;
  /** Rows written or extracted, or the failing rows of a test; undefined where nothing is counted. */
  readonly rows?: number;
  /** Rows that an extraction put into quarantines, beside `rows`; absent where there were none. */
  readonly rejected?: number;
  /** How a relation was written: the rows of a `delta` are those that are new or changed. */
  readonly mode?: "table" | "view" | "delta" | "ephemeral";
  /** What it asked of an engine that works elsewhere, in the order of their ends; absent where it asked for nothing. */
  readonly submissions?: readonly SubmissionCost[];
  readonly diagnostic?: Diagnostic;
  /** For a skipped step: the failed steps that it waited for in vain. */
  readonly because?: readonly string[];
}

/** A relation that is not published; `isBuilt` tells one that would have been from one that was never written. */
export interface Withheld {
  readonly relation: RelationName;
  readonly because: string;
  readonly isBuilt: boolean;
}

/** `interrupted` was ended by its user and published nothing. */
export type RunStatus = "succeeded" | "failed" | "interrupted";

/** Everything that happens in a run, in order. Listeners write the ledger, the console and the JSON lines. */
export type RunEvent =
  | {
      readonly type: "run_started";
      readonly runId: string;
      readonly startedAt: string;
      readonly command: string;
      readonly target: string;
      readonly environment: string;
      readonly steps: Readonly<Record<StepKind, number>>;
    }
  | { readonly type: "recovered"; readonly message: string }
  | { readonly type: "note"; readonly message: string }
  /** Rows that break a data test, when they were asked for; `total` counts them all, `table` keeps them. */
  | {
      readonly type: "failing_rows";
      readonly test: string;
      readonly columns: readonly { readonly name: string; readonly type: string }[];
      readonly rows: readonly Readonly<Record<string, string | number | bigint | boolean | null>>[];
      readonly total: number;
      readonly table?: string;
    }
  | { readonly type: "step_started"; readonly id: string; readonly kind: StepKind }
  | { readonly type: "step_finished"; readonly outcome: StepOutcome }
  | {
      readonly type: "published";
      readonly relations: readonly RelationName[];
      readonly details: readonly PublishedDetail[];
      readonly milliseconds: number;
      /** As of a step. */
      readonly submissions?: readonly SubmissionCost[];
    }
  | {
      readonly type: "withheld";
      readonly relations: readonly Withheld[];
    }
  | {
      readonly type: "run_finished";
      readonly runId: string;
      readonly status: RunStatus;
      readonly milliseconds: number;
      readonly counts: Readonly<Record<StepStatus, number>>;
      /** Of all that the command has asked of an engine that works elsewhere, ledger and lease included. */
      readonly load?: EngineLoad;
    };

/** Called with every event, awaited: what must be recorded ahead is recorded when it returns. */
export type Emit = (event: RunEvent) => Promise<void>;
