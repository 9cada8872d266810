import type { Connections } from "./connections.ts";
import type { FaultPlan } from "./faults.ts";
import type { Limits } from "./limits.ts";
import type { Sessions } from "./sessions.ts";
import type { Slots } from "./slots.ts";
import type { Storage } from "./sql/execute-statement.ts";

/** What the running of statements needs of the server. */
export interface RunContext {
  readonly connections: Connections;
  readonly sessions: Sessions;
  readonly slots: Slots;
  readonly faults: FaultPlan;
  readonly limits: Limits;
  readonly storage: Storage;
}
