import type { Diagnostic } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import { stronglyConnected } from "../core/strongly-connected.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";

/**
 * A shortest cycle of each group of nodes that read one another: the ids along it, each read by the next, the first
 * repeated at the end.
 */
export function findCycles(
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): readonly (readonly NodeId[])[] {
  return stronglyConnected(parents).flatMap((group) => {
    const cycle = shortestCycle(group, parents);
    return cycle === undefined ? [] : [cycle];
  });
}

/** The shortest way from the group's first node over its parents back to itself. */
function shortestCycle(
  group: readonly NodeId[],
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): readonly NodeId[] | undefined {
  const [start] = group;
  if (start === undefined) return undefined;
  const members = new Set(group);
  const seen = new Set<NodeId>();
  let frontier: readonly (readonly NodeId[])[] = [[start]];
  while (frontier.length > 0) {
    const next: (readonly NodeId[])[] = [];
    for (const path of frontier) {
      for (const parent of [...(parents.get(path[0] ?? start) ?? [])].sort()) {
        if (parent === start) return [start, ...path];
        if (!members.has(parent) || seen.has(parent)) continue;
        seen.add(parent);
        next.push([parent, ...path]);
      }
    }
    frontier = next;
  }
  return undefined;
}

export function describeCycle(
  cycle: readonly NodeId[],
  nodes: ReadonlyMap<NodeId, ProjectNode>,
): Diagnostic {
  const [first, second] = cycle;
  const reader = second === undefined ? undefined : nodes.get(second);
  const template = reader?.kind === "model" ? reader.template : undefined;
  const ref = template?.refs.find((candidate) => candidate.name === first);
  return {
    code: "GRAPH_CYCLE",
    message: `These models read one another in a circle: ${cycle.join(" -> ")}.`,
    place: ref?.place ?? reader?.place,
    frame: template && ref && codeFrame(template.text, ref.place),
    hint: "Take one of these refs out, or split what they share into a model of its own.",
  };
}
