import { Failure } from "../core/diagnostic.ts";
import { isTest } from "../core/node.ts";
import type { NodeId } from "../core/node.ts";
import type { Graph } from "../graph/graph.ts";
import type { RunOptions } from "./options.ts";
import type { LinkedProject } from "./project.ts";
import { selectNodes, withTests } from "./selection.ts";

/** The commands that carry out a plan, told apart by what of the selection they take. */
export type RunVerb = "build" | "extract" | "run" | "test";

/** The nodes that a verb takes of what the selectors name; none when they name nothing, and that is no mistake. */
export async function nodesFor(
  verb: RunVerb,
  linked: LinkedProject,
  options: RunOptions,
): Promise<ReadonlySet<NodeId>> {
  const { graph } = linked;
  switch (verb) {
    case "build":
      return withTests(linked, options);
    case "test": {
      const selected = await withTests(linked, options);
      return new Set([...selected].filter((id) => isTest(graph.nodes.get(id))));
    }
    case "extract":
      return onlyKinds(graph, await selectNodes(linked, options), ["source"]);
    case "run":
      return onlyKinds(graph, await selectNodes(linked, options), ["model", "seed"]);
  }
}

function onlyKinds(
  graph: Graph,
  ids: ReadonlySet<NodeId>,
  kinds: readonly string[],
): ReadonlySet<NodeId> {
  const found = [...ids].filter((id) => kinds.includes(graph.nodes.get(id)?.kind ?? ""));
  if (found.length > 0 || ids.size === 0) return new Set(found);
  throw new Failure([
    {
      code: "SELECT_NOTHING",
      message: `The selection holds no ${kinds.join(" or ")}.`,
      hint: "runner ls lists what there is, with its kind under --json.",
    },
  ]);
}
