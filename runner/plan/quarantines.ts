import type { NodeId } from "../core/node.ts";
import type { Graph } from "../graph/graph.ts";

/** A source table is extracted together with its quarantine, whichever of the two is selected. */
export function withQuarantines(
  selected: ReadonlySet<NodeId>,
  { nodes }: Graph,
): ReadonlySet<NodeId> {
  const all = new Set(selected);
  for (const [id, node] of nodes) {
    if (node.kind !== "source" || node.quarantineOf === undefined) continue;
    if (!selected.has(id) && !selected.has(node.quarantineOf)) continue;
    all.add(id);
    all.add(node.quarantineOf);
  }
  return all;
}
