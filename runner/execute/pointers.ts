import { concurrently } from "../core/concurrently.ts";
import type { ExecutionContext } from "./context.ts";
import { filesAtATime } from "./export.ts";

/** Lets the lake's pointers follow the ledger; what is pointed already is left alone. */
export async function followPointers({
  ledger,
  lake,
}: Pick<ExecutionContext, "ledger" | "lake">): Promise<number> {
  const pending = await ledger.pendingManifests();
  await concurrently(pending, filesAtATime, ({ environment, manifest }) =>
    lake.writeManifest(manifest, environment),
  );
  await ledger.markPointed(
    pending.map(({ environment, manifest }) => ({ environment, relation: manifest.relation })),
  );
  return pending.length;
}

/** Removes pointers to what was taken from readers: in production, and in environments that read production again. */
export async function dropStalePointers({
  ledger,
  lake,
}: Pick<ExecutionContext, "ledger" | "lake">): Promise<void> {
  for (const relation of await ledger.unpublished()) {
    const manifest = await lake.readManifest(relation);
    if (manifest === undefined || manifest.writtenBy !== undefined) continue;
    await lake.removeManifest(relation);
  }
  const pointing = await lake.environments();
  if (pointing.length === 0) return;
  const known = await ledger.environments();
  for (const environment of pointing) {
    const own = known.get(environment);
    for (const relation of await lake.relationsOf(environment)) {
      if (own?.has(relation) !== true) await lake.removeManifest(relation, environment);
    }
  }
}
