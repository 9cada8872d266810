import { Failure } from "../core/diagnostic.ts";
import type { Engine } from "../core/ports.ts";
import { endOnInterruption } from "./interruption.ts";
import type { GlobalOptions } from "./options.ts";
import { isUnbuilt, openEngine } from "./open-engine.ts";
import { readTarget } from "./pipelines-file.ts";

/** Opens the warehouse for reading, in which the ledger stands; a warehouse that was never built is a failure. */
export async function readLedger<Result>(
  options: GlobalOptions,
  read: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const target = readTarget(options);
  const nothing = () => {
    const message = `Nothing is published in ${target.warehouse.address} yet.`;
    return new Failure([{ code: "UPSTREAM_MISSING", message, hint: "Build it: runner build" }]);
  };
  if (isUnbuilt(target)) throw nothing();
  const { hasLedger } = await import("../record/ledger.ts");
  const { engine, close } = await openEngine({ target, command: "read" });
  endOnInterruption(() => engine.interrupt());
  try {
    if (!(await hasLedger(engine))) throw nothing();
    return await read(engine);
  } finally {
    await close();
  }
}
