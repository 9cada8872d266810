import { nodeId } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";

/** The project's nodes and what each reads. Relations come before what reads them; tests come last. */
export interface Graph {
  readonly nodes: ReadonlyMap<NodeId, ProjectNode>;
  readonly parents: ReadonlyMap<NodeId, readonly NodeId[]>;
  readonly children: ReadonlyMap<NodeId, readonly NodeId[]>;
}

/** Everything reached from `start` along `edges`, at most `depth` steps away, without the start itself unless a cycle leads back. */
export function reach(
  start: Iterable<NodeId>,
  edges: ReadonlyMap<NodeId, readonly NodeId[]>,
  depth = Infinity,
): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  let frontier = [...start];
  for (let step = 0; step < depth && frontier.length > 0; step += 1) {
    const next: NodeId[] = [];
    for (const id of frontier) {
      for (const neighbour of edges.get(id) ?? []) {
        if (found.has(neighbour)) continue;
        found.add(neighbour);
        next.push(neighbour);
      }
    }
    frontier = next;
  }
  return found;
}

/**
 * Puts every node after what it reads; ties are broken by id, so that the order never depends on the file system.
 * Nodes that stand on a cycle, or behind one, are left out of `order`.
 */
export function sortTopologically(
  nodes: readonly ProjectNode[],
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): readonly ProjectNode[] {
  const byId = new Map(nodes.map((node) => [nodeId(node), node]));
  const order: ProjectNode[] = [];
  const seen = new Set<NodeId>();
  const done = new Set<NodeId>();
  // A path of its own instead of recursion: a long chain of models must not exhaust the stack.
  const visit = (start: NodeId) => {
    const path = [start];
    for (let id = path.at(-1); id !== undefined; id = path.at(-1)) {
      seen.add(id);
      const needed = [...(parents.get(id) ?? [])].sort();
      const next = needed.find((parent) => !seen.has(parent));
      if (next !== undefined) {
        path.push(next);
        continue;
      }
      path.pop();
      const node = byId.get(id);
      if (node === undefined || done.has(id) || !needed.every((parent) => done.has(parent)))
        continue;
      done.add(id);
      order.push(node);
    }
  };
  const rank = (node: ProjectNode) => (node.kind === "test" ? 1 : 0);
  const sorted = [...nodes].sort((a, b) => rank(a) - rank(b) || (nodeId(a) < nodeId(b) ? -1 : 1));
  for (const node of sorted) visit(nodeId(node));
  return order;
}

export function invert(
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): ReadonlyMap<NodeId, readonly NodeId[]> {
  const children = new Map<NodeId, NodeId[]>();
  for (const id of parents.keys()) children.set(id, []);
  for (const [id, ids] of parents) {
    for (const parent of ids) children.get(parent)?.push(id);
  }
  return children;
}
