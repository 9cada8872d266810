import { AsyncLocalStorage } from "node:async_hooks";
import type { Trace } from "./trace.ts";

const current = new AsyncLocalStorage<Trace>();

/** Everything that `work` calls, also later, belongs to `trace`. */
export function withTrace<Result>(trace: Trace, work: () => Result): Result {
  return current.run(trace, work);
}

/** The trace of the request that is being served; undefined outside of one. */
export function currentTrace(): Trace | undefined {
  return current.getStore();
}
