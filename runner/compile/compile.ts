import type { DataTest, Model, NodeId, RunHooks, Template } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { Graph } from "../graph/graph.ts";
import { assertionQuery } from "./assertion-query.ts";
import { fingerprints } from "./fingerprint.ts";
import type { Fingerprint, FingerprintInputs } from "./fingerprint.ts";
import { createRenderer } from "./renderer.ts";
import type { RenderContext, RendererParts } from "./renderer.ts";

/** A linked project whose SQL can be had for any engine and any state of the warehouse. */
export interface CompiledProject {
  readonly graph: Graph;
  modelQuery(model: Model, context: RenderContext): string;
  /** A query for the rows that break the test. */
  testQuery(test: DataTest, context: RenderContext): string;
  /** The one statement that a hook is. */
  hookStatement(hook: Template, context: RenderContext): string;
  readonly runHooks: RunHooks;
  /** What tells each node's version from another; computed when first asked for. */
  fingerprints(): ReadonlyMap<NodeId, Fingerprint>;
}

export function compile(
  graph: Graph,
  parts: Omit<RendererParts, "sourceRelations"> &
    FingerprintInputs & { readonly runHooks?: RunHooks },
): CompiledProject {
  const sourceRelations = new Map<string, RelationName>();
  for (const node of graph.nodes.values()) {
    if (node.kind === "source") sourceRelations.set(`${node.source}.${node.table}`, node.relation);
  }
  const render = createRenderer({ ...parts, sourceRelations });
  let found: ReadonlyMap<NodeId, Fingerprint> | undefined;
  return {
    graph,
    modelQuery: (model, context) => render(model.template, context),
    testQuery: (test, context) =>
      test.form === "generic" ? assertionQuery(test, context) : render(test.template, context),
    hookStatement: (hook, context) => render(hook, context).replace(/;+$/, ""),
    runHooks: parts.runHooks ?? { start: [], end: [] },
    fingerprints: () => (found ??= fingerprints(graph, parts)),
  };
}
