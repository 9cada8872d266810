import { isTest } from "../core/node.ts";
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
 * Nodes that stand on a cycle, or behind one, are left out.
 */
export function sortTopologically(
  nodes: ReadonlyMap<NodeId, ProjectNode>,
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): ReadonlyMap<NodeId, ProjectNode> {
  const order = new Map<NodeId, ProjectNode>();
  const seen = new Set<NodeId>();
  const sortedParents = (id: NodeId): readonly NodeId[] => {
    const ids = parents.get(id) ?? [];
    return ids.length > 1 ? [...ids].sort() : ids;
  };
  const finish = (id: NodeId, needed: readonly NodeId[]) => {
    const node = nodes.get(id);
    if (node !== undefined && needed.every((parent) => order.has(parent))) order.set(id, node);
  };
  // A path of its own instead of recursion: a long chain of models must not exhaust the stack.
  const visit = (start: NodeId) => {
    if (seen.has(start)) return;
    seen.add(start);
    const path = [{ id: start, needed: sortedParents(start), next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const parent = top.needed[top.next];
      top.next += 1;
      if (parent === undefined) {
        path.pop();
        finish(top.id, top.needed);
      } else if (!seen.has(parent)) {
        seen.add(parent);
        path.push({ id: parent, needed: sortedParents(parent), next: 0 });
      }
    }
  };
  const [relations, tests]: [NodeId[], NodeId[]] = [[], []];
  for (const [id, node] of nodes) (isTest(node) ? tests : relations).push(id);
  for (const id of relations.sort()) visit(id);
  for (const id of tests.sort()) finish(id, parents.get(id) ?? []);
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
