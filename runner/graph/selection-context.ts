import type { NodeId } from "../core/node.ts";
import type { Selector } from "./selector.ts";

/** A node as a manifest has it: what tells one version from another. */
export interface VersionedNode {
  readonly own: string;
  /** Fingerprints of what can change by itself: body, config, contract, macros, vars. A data test has none. */
  readonly parts: Readonly<Record<string, string | undefined>>;
  readonly parents: readonly string[];
}

/** dbt's words for how a step ended: `error` broke, `fail` is a data test that found rows. */
export const resultStatuses = ["success", "pass", "warn", "fail", "error", "skipped"] as const;
export type ResultStatus = (typeof resultStatuses)[number];

/** Something that was recorded earlier, with where it was found, for messages. */
export interface Recorded<Value> {
  readonly from: string;
  readonly value: Value;
}

/** What selectors may ask about beside the graph. What a selector asks for and is not here is an error of the caller. */
export interface SelectionContext {
  /** The selectors of `pipelines.yaml`. */
  readonly named?: ReadonlyMap<string, Selector>;
  /** For `state:`: every node as an earlier manifest has it, and as it is now. */
  readonly state?: Recorded<{
    readonly before: ReadonlyMap<string, VersionedNode>;
    readonly now: ReadonlyMap<NodeId, VersionedNode>;
  }>;
  /** For `result:`: how the steps of an earlier run ended, by step. */
  readonly results?: Recorded<ReadonlyMap<string, ResultStatus>>;
  /** For `source_status:`: the source tables that hold newer data than models were built from. */
  readonly fresher?: Recorded<ReadonlySet<string>>;
}
