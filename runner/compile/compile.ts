import type { Dialect } from "../core/dialect.ts";
import { isTest } from "../core/node.ts";
import type { DataTest } from "../core/data-test.ts";
import type { Model, NodeId, RunHooks } from "../core/node.ts";
import type { Template } from "../core/template.ts";
import type { UnitTest } from "../core/unit-test.ts";
import type { RelationName } from "../core/relation.ts";
import type { LocateFailure } from "../core/statement-failure.ts";
import type { Graph } from "../graph/graph.ts";
import { fingerprints } from "./fingerprint.ts";
import type { Fingerprint, FingerprintInputs } from "./fingerprint.ts";
import { firstInterval } from "./first-interval.ts";
import { inliner } from "./inline.ts";
import { createLocatingRenderer } from "./locating-renderer.ts";
import type { RenderContext, RendererParts } from "./renderer.ts";
import { testQuery } from "./test-query.ts";
import { unitTestQueries } from "./unit-test-query.ts";
import type { UnitTestQueries } from "./unit-test-query.ts";

/** A linked project whose SQL can be had for any engine and any state of the warehouse. */
export interface CompiledProject {
  readonly graph: Graph;
  /** Ephemeral models that it reads stand inside; one that is built by interval is that of its first, unless told. */
  modelQuery(model: Model, context: RenderContext): string;
  /** A query for the rows that break the test. */
  testQuery(test: DataTest, context: RenderContext): string;
  /** The one statement that a hook is. */
  hookStatement(hook: Template, context: RenderContext): string;
  readonly runHooks: RunHooks;
  /** Undefined when the statement holds nothing that was rendered from the template. */
  readonly locate: LocateFailure;
  /** What tells each node's version from another; computed when first asked for. */
  fingerprints(): ReadonlyMap<NodeId, Fingerprint>;
  unitTestQueries(test: UnitTest, dialect: Dialect): UnitTestQueries;
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
  const { render, locate } = createLocatingRenderer({ ...parts, sourceRelations });
  const query = (model: Model, context: RenderContext) =>
    render(model.template, {
      ...context,
      relation: model.relation,
      increment: context.increment ?? firstInterval(model),
    });
  const inlined = inliner(graph, query);
  let found: ReadonlyMap<NodeId, Fingerprint> | undefined;
  return {
    graph,
    modelQuery: (model, context) => inlined((inner) => query(model, inner), context),
    testQuery: (test, context) => {
      const tested = test.form === "generic" ? graph.nodes.get(test.relation) : undefined;
      const relation = isTest(tested) ? undefined : tested;
      return inlined((inner) => testQuery(test, relation, inner, render), context);
    },
    unitTestQueries: (test, dialect) =>
      unitTestQueries(test, {
        graph,
        dialect,
        sourceRelations,
        modelQuery: (model, context) => inlined((inner) => query(model, inner), context),
        templateQuery: (template, context) => inlined((inner) => render(template, inner), context),
      }),
    hookStatement: (hook, context) =>
      inlined((inner) => render(hook, inner), context).replace(/;+$/, ""),
    runHooks: parts.runHooks ?? { start: [], end: [] },
    locate,
    fingerprints: () => (found ??= fingerprints(graph, parts)),
  };
}
