import type { CompiledProject } from "../compile/compile.ts";
import { production } from "../core/environment.ts";
import type { Dialect } from "../core/dialect.ts";
import type { Lake } from "../core/ports.ts";
import { emptyState } from "../core/state.ts";
import type { WarehouseState } from "../core/state.ts";
import { keptRelations, keptRows, restoreFromLake } from "../execute/restore.ts";
import { restoreRelation } from "../plan/restore.ts";
import type { RestoredRelation } from "../plan/restore.ts";
import type { HeldWarehouse } from "./held-warehouse.ts";

interface Restoring {
  readonly compiled: CompiledProject;
  readonly lake: Lake;
  readonly dialect: Dialect;
}

/** What a lost warehouse would know again; for a plan that is only printed. */
export async function stateOfLake(
  { compiled, lake, dialect }: Restoring,
  environment: string,
): Promise<WarehouseState> {
  const kept = await keptRelations(compiled.graph.nodes, { lake });
  const unread = { kind: "query", query: "" } as const;
  const versions = kept.map(
    (relation) =>
      restoreRelation(relation, unread, { compiled, dialect, runId: "dry_run" }).version,
  );
  const collect = <Value>(pick: (version: (typeof versions)[number]) => Value | undefined) =>
    new Map(
      versions.flatMap((version) => {
        const value = pick(version);
        return value === undefined ? [] : [[version.published.relation, value] as const];
      }),
    );
  const published = collect((version) => version.published);
  return {
    ...emptyState,
    environment,
    published,
    production: published,
    watermarks: collect(({ watermark }) => watermark),
    manifests: collect(({ manifest }) => manifest),
    identities: collect(({ identity }) => identity),
  };
}

/** Lets a warehouse in which nothing was ever published go on with what the lake holds. */
export async function restoreLost(compiled: CompiledProject, held: HeldWarehouse): Promise<void> {
  const { ledger, lake, dialect } = held;
  const { nodes } = compiled.graph;
  const state = await ledger.state(production);
  if (state.published.size > 0) return;
  // Its id is wanted before its time is known: no run may be older than what the lake holds.
  const published = await Promise.all(
    (await lake.relations()).map((relation) => lake.readManifest(relation)),
  );
  const times = published.flatMap((manifest) => Date.parse(manifest?.publishedAt ?? "") || []);
  const now = Math.max(Date.now(), ...times.map((time) => time + 1));
  const run = await ledger.nextRun(new Date(now));
  const restored: RestoredRelation[] = [];
  for (const kept of await keptRelations(nodes, { lake })) {
    const rows = await keptRows(kept, { ...held, run });
    restored.push(restoreRelation(kept, rows, { compiled, dialect, runId: run.id }));
  }
  if (restored.length === 0) return;
  await restoreFromLake(restored, { ...held, run, state });
}

/** Whoever lost a warehouse may not know that its histories could go on. */
export async function tellLost(
  { production: published }: WarehouseState,
  { lake, emit }: Pick<HeldWarehouse, "lake" | "emit">,
): Promise<void> {
  if (published.size > 0) return;
  for (const relation of await lake.relations()) {
    if ((await lake.readManifest(relation)) === undefined) continue;
    const message =
      "The warehouse is new, and the lake holds what another one published. This run begins anew, histories too; to go on with them: runner build --from raw";
    await emit({ type: "note", message });
    return;
  }
}
