import { Failure } from "../core/diagnostic.ts";
import { isTest } from "../core/node.ts";
import type { NodeId } from "../core/node.ts";
import type { Graph } from "../graph/graph.ts";
import type { RunOptions } from "./options.ts";
import { relationsOnly, selectNodes, withTests } from "./selection.ts";

/** The commands that carry out a plan, told apart by what of the selection they take. */
export type RunVerb = "build" | "extract" | "run" | "test";

export function nodesFor(verb: RunVerb, graph: Graph, options: RunOptions): ReadonlySet<NodeId> {
  switch (verb) {
    case "build":
      return withTests(graph, options);
    case "test":
      return new Set([...withTests(graph, options)].filter((id) => isTest(graph.nodes.get(id))));
    case "extract":
      return onlyKinds(graph, selectNodes(graph, options), ["source"]);
    case "run":
      return onlyKinds(graph, relationsOnly(graph, selectNodes(graph, options)), ["model", "seed"]);
  }
}

function onlyKinds(
  graph: Graph,
  ids: ReadonlySet<NodeId>,
  kinds: readonly string[],
): ReadonlySet<NodeId> {
  const found = [...ids].filter((id) => kinds.includes(graph.nodes.get(id)?.kind ?? ""));
  if (found.length > 0) return new Set(found);
  throw new Failure([
    {
      code: "SELECT_NOTHING",
      message: `The selection holds no ${kinds.join(" or ")}.`,
      hint: "runner ls lists what there is, with its kind under --json.",
    },
  ]);
}
