import type { Diagnostic } from "../core/diagnostic.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";

/** One cycle, as the ids along it, each read by the next and the first repeated at the end; undefined when there is none. */
export function findCycle(
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): readonly NodeId[] | undefined {
  const done = new Set<NodeId>();
  for (const start of [...parents.keys()].sort()) {
    const path: NodeId[] = [];
    const onPath = new Set<NodeId>();
    const visit = (id: NodeId): readonly NodeId[] | undefined => {
      if (onPath.has(id)) return [...path.slice(path.indexOf(id)), id].reverse();
      if (done.has(id)) return undefined;
      path.push(id);
      onPath.add(id);
      for (const parent of [...(parents.get(id) ?? [])].sort()) {
        const cycle = visit(parent);
        if (cycle !== undefined) return cycle;
      }
      path.pop();
      onPath.delete(id);
      done.add(id);
      return undefined;
    };
    const cycle = visit(start);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

export function describeCycle(
  cycle: readonly NodeId[],
  nodes: ReadonlyMap<NodeId, ProjectNode>,
): Diagnostic {
  const [first, second] = cycle;
  const reader = second === undefined ? undefined : nodes.get(second);
  const ref =
    reader?.kind === "model"
      ? reader.template.refs.find((candidate) => candidate.name === first)
      : undefined;
  return {
    code: "GRAPH_CYCLE",
    message: `These models read one another in a circle: ${cycle.join(" -> ")}.`,
    place: ref?.place ?? reader?.place,
    hint: "Take one of these refs out, or split what they share into a model of its own.",
  };
}
