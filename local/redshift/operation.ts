import type { RunContext } from "./run-context.ts";
import type { StatementHistory } from "./statement-history.ts";
import type { Identities, Warehouses } from "./warehouse.ts";

export interface OperationContext extends RunContext {
  readonly history: StatementHistory;
  readonly warehouses: Warehouses;
  readonly identities: Identities;
  readonly now: () => number;
}

/** An answer, or its text where JavaScript's JSON would lose digits. */
export type Answer = object | { readonly json: string };

/** One operation of the Data API. Throws DataApiError when it is refused. */
export type Operation = (body: unknown, context: OperationContext) => Answer | Promise<Answer>;
