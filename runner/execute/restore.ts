import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import { isEphemeral, isTest } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import type { RestoredRelation, KeptRelation } from "../plan/restore.ts";
import type { ExecutionContext } from "./context.ts";
import { contentsQuery } from "./contents-query.ts";
import { republish } from "./republish.ts";
import type { RepublishContext } from "./republish.ts";

/** The relations of a project that the lake has, as production's readers find them there. */
export async function keptRelations(
  nodes: ReadonlyMap<NodeId, ProjectNode>,
  context: Pick<ExecutionContext, "lake" | "dialect">,
): Promise<readonly KeptRelation[]> {
  const { lake } = context;
  const kept: KeptRelation[] = [];
  for (const relation of await lake.relations()) {
    const node = nodes.get(relation);
    if (node === undefined || isTest(node)) continue;
    if (isEphemeral(node)) continue;
    const manifest = await lake.readManifest(relation);
    if (manifest === undefined) continue;
    for (const { key } of manifest.files) {
      if (!(await lake.has(key))) throw lost(key, relation);
    }
    const query = await contentsQuery(manifest, context);
    kept.push({ node, manifest, query });
  }
  return kept;
}

/** Gives a warehouse that has nothing what the lake holds, in one transaction. */
export async function restoreFromLake(
  restored: readonly RestoredRelation[],
  context: RepublishContext & Pick<ExecutionContext, "emit">,
): Promise<void> {
  await republish(
    {
      command: "restore from the lake",
      statements: restored.flatMap(({ statements }) => statements),
      versions: restored.map(({ version }) => version),
      released: [],
      then: [],
    },
    context,
  );
  const message = `The warehouse is new: it has taken ${counted(restored.length, "relation")} over from the lake.`;
  await context.emit({ type: "note", message });
}

function lost(key: string, relation: string): Failure {
  return new Failure([
    {
      code: "LAKE_CORRUPT",
      message: `The lake has lost a file of ${relation}: ${key}`,
      cause: "Its manifest lists the file, and without it the relation cannot be taken over.",
      hint: `Restore the file from a backup; or, to do without, delete the _manifest.json of ${relation} in the lake.`,
    },
  ]);
}
