import type { CompiledProject } from "../compile/compile.ts";
import type { Dialect } from "../core/dialect.ts";
import type { Interval } from "../core/interval.ts";
import type { NodeId } from "../core/node.ts";
import type { WarehouseState } from "../core/state.ts";
import type { PublishGroup, RunIdentity } from "./step.ts";

export interface PlanRequest {
  readonly compiled: CompiledProject;
  /** The relations to build and the tests to run. */
  readonly selected: ReadonlySet<NodeId>;
  /** What is published in the environment that the run builds. */
  readonly state: WarehouseState;
  readonly dialect: Dialect;
  /** What is published together or not at all; default is gold. */
  readonly groups?: readonly PublishGroup[];
  readonly run: RunIdentity;
  /** Extract what is selected wholly, and build incremental models from nothing. */
  readonly fullRefresh: boolean;
  /** `raw` extracts nothing and builds anew, from what the raw zone holds, all that can be built so; default is `source`. */
  readonly from?: "source" | "raw";
  /** What becomes of the rows that break data tests; undefined neither keeps nor prints them. */
  readonly failures?: {
    /** Unless a test says otherwise. */
    readonly store: boolean;
    /** Rows to print of each test. */
    readonly shownRows?: number;
  };
  /** Also build the intervals that were left out since each model's beginning. */
  readonly gaps?: boolean;
  /** Of models that are built by interval, build these alone. */
  readonly interval?: Interval;
}
