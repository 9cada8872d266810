import type { ExecutionContext } from "./context.ts";

/** Lets the lake's pointers follow the ledger; what is pointed already is left alone. */
export async function followPointers({
  ledger,
  lake,
}: Pick<ExecutionContext, "ledger" | "lake">): Promise<number> {
  const pending = await ledger.pendingManifests();
  for (const manifest of pending) await lake.writeManifest(manifest);
  await ledger.markPointed(pending.map((manifest) => manifest.relation));
  return pending.length;
}
