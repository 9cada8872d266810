import type { LakeFile } from "../core/manifest.ts";
import type { Engine, Lake, SharedParts } from "../core/ports.ts";
import type { RunIdentity } from "../plan/step.ts";

export interface PartsRequest {
  readonly query: string;
  /** The key of each part, counted from 0. */
  readonly keyOf: (part: number) => string;
  /** Whether several files may be written at the same time, where the engine can; default is one, in the query's order. */
  readonly isParallel?: boolean;
}

export interface PartsContext {
  readonly engine: Engine;
  readonly lake: Lake;
  readonly run: Pick<RunIdentity, "id">;
}

/** Writes a query's rows to the lake under keys that no reader knows yet. An engine elsewhere writes no file for no rows. */
export async function writeParts(
  { query, keyOf, isParallel = false }: PartsRequest,
  { engine, lake, run }: PartsContext,
): Promise<readonly LakeFile[]> {
  const first = keyOf(0);
  if (engine.files.kind === "local") {
    const rows = await engine.files.writeParquet(query, await lake.stagePart(first));
    return [await lake.commitPart(first, run.id, rows)];
  }
  const shared = sharedOf(lake);
  const prefix = await shared.arrivalPrefix(first);
  const arrived = await engine.files.unload(query, prefix, { isParallel });
  const files: LakeFile[] = [];
  for (const [part, file] of arrived.entries()) {
    files.push(await shared.adoptPart(keyOf(part), run.id, file));
  }
  await shared.endArrival(first);
  return files;
}

/** Of a lake that engines elsewhere read and write: what resolves a target sees to it that theirs is none of this machine. */
export function sharedOf({ shared }: Pick<Lake, "shared">): SharedParts {
  if (shared === undefined) throw new Error("this lake is a folder, which no other machine reads");
  return shared;
}
