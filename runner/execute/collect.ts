import type { ExecutionContext } from "./context.ts";

/** How long a superseded table or file stays, for readers that opened it before it was replaced. */
export const retentionMilliseconds = 60 * 60 * 1000;

/** Removes what was superseded longer ago than the retention, from the warehouse and from the lake. */
export async function collect({
  engine,
  ledger,
  lake,
  dialect,
}: Pick<ExecutionContext, "engine" | "ledger" | "lake" | "dialect">): Promise<void> {
  const keepSince = new Date(Date.now() - retentionMilliseconds).toISOString();
  const { physical, manifests } = await ledger.collectable(keepSince);
  for (const name of physical) await engine.execute(dialect.dropTable(name));
  const neededByRelation = new Map<string, Set<string>>();
  for (const manifest of manifests) {
    const keys = neededByRelation.get(manifest.relation) ?? new Set<string>();
    for (const file of manifest.files) keys.add(file.key);
    neededByRelation.set(manifest.relation, keys);
  }
  for (const relation of await lake.relations()) {
    const needed = neededByRelation.get(relation);
    if (needed === undefined) continue;
    for (const run of await lake.runsOf(relation)) await lake.removeRun(relation, run, needed);
  }
  await ledger.forget(keepSince);
}
