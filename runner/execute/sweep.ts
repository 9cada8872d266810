import { production } from "../core/environment.ts";
import type { ExecutionContext } from "./context.ts";

/** Everything that the ledger keeps is in its manifests: no version was superseded before this moment. */
const everything = new Date(0).toISOString();

/**
 * Calls `sweep` with the keys that somebody may want: those that a pointer of the lake leads to, whoever wrote it, and
 * those of every version that the ledger keeps. A pointer that cannot be read is a failure: nobody knows what it needs.
 */
export async function sweepLake<Result>(
  { ledger, lake }: Pick<ExecutionContext, "ledger" | "lake">,
  sweep: (needed: ReadonlySet<string>) => Promise<Result>,
): Promise<Result> {
  const { manifests } = await ledger.collectable(everything);
  const needed = new Set(manifests.flatMap(({ files }) => files.map(({ key }) => key)));
  for (const environment of [production, ...(await lake.environments())]) {
    const relations =
      environment === production ? await lake.relations() : await lake.relationsOf(environment);
    for (const relation of relations) {
      const manifest = await lake.readManifest(relation, environment);
      for (const { key } of manifest?.files ?? []) needed.add(key);
    }
  }
  return sweep(needed);
}
