import { existsSync } from "node:fs";
import { Failure } from "../core/diagnostic.ts";
import type { Engine } from "../core/ports.ts";
import { endOnInterruption } from "./interruption.ts";
import type { GlobalOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { resolveTarget } from "./target.ts";
import { dialectOf } from "./warehouse.ts";

/** Opens the warehouse for reading, in which the ledger stands; a warehouse that was never built is a failure. */
export async function readLedger<Result>(
  options: GlobalOptions,
  read: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const { project } = await openProject(options);
  const target = resolveTarget(project, options.target);
  dialectOf(target);
  if (!existsSync(target.warehouse)) {
    const message = `Nothing is published in ${target.warehouse} yet.`;
    throw new Failure([{ code: "UPSTREAM_MISSING", message, hint: "Build it: runner build" }]);
  }
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const engine = await openDuckDb({ file: target.warehouse, threads: 1, readOnly: true });
  endOnInterruption(() => {
    engine.interrupt();
  });
  try {
    return await read(engine);
  } finally {
    await engine.close();
  }
}
