import { concurrently } from "../core/concurrently.ts";
import type { RelationName } from "../core/relation.ts";
import type { ExecutionContext } from "./context.ts";

export interface Collected {
  /** Physical relations of the warehouse. */
  readonly physical: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

/** A lake elsewhere is asked about so many relations at the same time. */
const relationsAtATime = 8;

type CollectContext = Pick<
  ExecutionContext,
  "engine" | "ledger" | "lake" | "dialect" | "killPoint"
>;

/**
 * Removes what was superseded longer ago than the retention, from the warehouse and from the lake, and what the ledger
 * tells of runs that are older than theirs. The ledger forgets first: what a crash leaves after that is known to nobody, and goes with the next run.
 */
export async function collect(
  { engine, ledger, lake, dialect, killPoint }: CollectContext,
  {
    retentionSeconds,
    runRetentionSeconds,
  }: Pick<ExecutionContext, "retentionSeconds" | "runRetentionSeconds">,
): Promise<Collected> {
  const now = Date.now();
  const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
  const keepSince = ago(retentionSeconds);
  const { physical, manifests, relations } = await ledger.collectable(keepSince);
  await ledger.forget(keepSince, ago(runRetentionSeconds));
  killPoint("after-forget");
  for (const name of physical) await engine.execute(dialect.dropTable(name));
  const needed = new Map<RelationName, Set<string>>();
  for (const { relation, files } of manifests) {
    const keys = needed.get(relation) ?? new Set<string>();
    for (const { key } of files) keys.add(key);
    needed.set(relation, keys);
  }
  let files = 0;
  let bytes = 0;
  // What the ledger does not know may be another project's.
  const known = (await lake.relations()).filter((relation) => relations.has(relation));
  await concurrently(known, relationsAtATime, async (relation) => {
    // Somebody may have written a table of a name that a model had before.
    const pointed = await lake.readManifest(relation);
    const written = pointed?.writtenBy === undefined ? [] : pointed.files.map(({ key }) => key);
    const keep = new Set([...(needed.get(relation) ?? []), ...written]);
    const removed = await lake.removeFiles(relation, { keep });
    files += removed.files;
    bytes += removed.bytes;
  });
  return { physical, files, bytes };
}
