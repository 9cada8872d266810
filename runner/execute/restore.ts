import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import { isEphemeral, isTest } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import type { KeptRelation, KeptRows, RestoredRelation } from "../plan/restore.ts";
import type { ExecutionContext } from "./context.ts";
import { contentsQuery } from "./contents-query.ts";
import { copyContents } from "./copy-contents.ts";
import { republish } from "./republish.ts";
import type { RepublishContext } from "./republish.ts";

/** The relations of a project that the lake has, as production's readers find them there. */
export async function keptRelations(
  nodes: ReadonlyMap<NodeId, ProjectNode>,
  { lake }: Pick<ExecutionContext, "lake">,
): Promise<readonly KeptRelation[]> {
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
    kept.push({ node, manifest });
  }
  return kept;
}

/** Where a new warehouse finds the rows of a relation that the lake has: in its files, or in a table that they are copied into. */
export async function keptRows(
  { manifest }: KeptRelation,
  context: Pick<ExecutionContext, "engine" | "dialect" | "lake" | "run">,
): Promise<KeptRows> {
  const { dialect, run } = context;
  const { files } = dialect;
  if (files.kind === "in_place") {
    const query = await contentsQuery(manifest, { ...context, dialect: { ...dialect, files } });
    return { kind: "query", query };
  }
  const table = `${dialect.physical(manifest.relation, run.id)}__rows`;
  await copyContents(table, { ...manifest, copied: files }, context);
  return { kind: "table", table };
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
