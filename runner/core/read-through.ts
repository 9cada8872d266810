import { isEphemeral, isTest } from "./node.ts";
import type { NodeId, ProjectNode } from "./node.ts";
import type { RelationName } from "./relation.ts";

/** The parts of the graph that tell what reads what. */
interface Reads {
  readonly nodes: ReadonlyMap<NodeId, ProjectNode>;
  readonly parents: ReadonlyMap<NodeId, readonly NodeId[]>;
}

/** The relations that a node reads where rows stand: an ephemeral model, unless it is in `given`, has none of its own. */
export function readThroughEphemeral(
  reader: NodeId,
  { nodes, parents }: Reads,
  given: ReadonlySet<RelationName> = new Set(),
): readonly RelationName[] {
  const found = new Set<RelationName>();
  const seen = new Set<NodeId>();
  const waiting = [...(parents.get(reader) ?? [])];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const node = nodes.get(id);
    if (node === undefined || isTest(node) || seen.has(id)) continue;
    seen.add(id);
    if (isEphemeral(node) && !given.has(node.relation)) waiting.push(...(parents.get(id) ?? []));
    else found.add(node.relation);
  }
  return [...found];
}
