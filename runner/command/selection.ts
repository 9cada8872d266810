import { assertSound } from "../core/diagnostic.ts";
import { isTest } from "../core/node.ts";
import type { NodeId } from "../core/node.ts";
import type { Graph } from "../graph/graph.ts";
import { select, testsOf } from "../graph/select.ts";
import type { SelectionOptions } from "./options.ts";

/** The selected relations, and the tests among what the selectors name. */
export function selectNodes(graph: Graph, options: SelectionOptions): ReadonlySet<NodeId> {
  const { selected, diagnostics } = select(graph, options.select ?? [], options.exclude ?? []);
  assertSound(diagnostics);
  return selected;
}

export function relationsOnly(graph: Graph, ids: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  return new Set([...ids].filter((id) => !isTest(graph.nodes.get(id))));
}

/** Selected relations with the tests that go with them; tests that were selected by themselves come too, excluded ones do not. */
export function withTests(graph: Graph, options: SelectionOptions): ReadonlySet<NodeId> {
  const selected = selectNodes(graph, options);
  const relations = relationsOnly(graph, selected);
  const excluded = new Set(
    (options.exclude ?? []).length === 0 ? [] : select(graph, options.exclude ?? []).selected,
  );
  const tests = [...testsOf(graph, relations)].filter((id) => !excluded.has(id));
  const named = relations.size === 0 ? selected : new Set<NodeId>();
  return new Set([...relations, ...tests, ...named]);
}
