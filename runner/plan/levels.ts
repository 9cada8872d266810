import type { NodeId } from "../core/node.ts";
import type { Graph } from "../graph/graph.ts";

/**
 * A number for every node that grows along every edge. A test stands half a level above what it reads, so that it
 * can hold back the readers of what it tests; it never holds back a relation on its own level or below, and so no
 * set of tests can make steps wait for one another in a circle.
 */
export function levels(graph: Graph): (id: NodeId) => number {
  const known = new Map<NodeId, number>();
  for (const [id, node] of graph.nodes) {
    const below = (graph.parents.get(id) ?? []).map((parent) => known.get(parent) ?? 0);
    const highest = Math.max(0, ...below);
    // A unit test needs nothing that is built, and comes before what it tests.
    const own = node.kind === "unit_test" ? 0 : node.kind === "test" ? highest + 0.5 : highest + 1;
    known.set(id, own);
  }
  return (id) => known.get(id) ?? 0;
}
