import { assertSound, Failure } from "../core/diagnostic.ts";
import { isTest } from "../core/node.ts";
import type { NodeId } from "../core/node.ts";
import type { Graph } from "../graph/graph.ts";
import { methodsIn, select, testsOf } from "../graph/select.ts";
import type { SelectionContext } from "../graph/selection-context.ts";
import { answering } from "../graph/selection-methods.ts";
import type { SelectionOptions } from "./options.ts";
import type { LinkedProject } from "./project.ts";

interface Selected {
  /** Everything that the selectors name, relations and tests. */
  readonly selected: ReadonlySet<NodeId>;
  readonly excluded: ReadonlySet<NodeId>;
}

async function evaluate(linked: LinkedProject, options: SelectionOptions): Promise<Selected> {
  const { graph } = linked;
  const named = (options.selector ?? []).map((name) => `selector:${name}`);
  const wanted = [...(options.select ?? []), ...named];
  if (options.select?.every((text) => text.trim() === "") === true) {
    const hint = "Name what to take, or leave the option out to take everything.";
    throw new Failure([{ code: "CLI_USAGE", message: "--select is empty.", hint }]);
  }
  const exclude = options.exclude ?? [];
  const context = await contextOf(linked, options, [...wanted, ...exclude]);
  const { selected, diagnostics, notes } = select(graph, wanted, exclude, context);
  assertSound(diagnostics);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const excluded =
    exclude.length === 0 ? new Set<NodeId>() : select(graph, exclude, [], context).selected;
  return { selected, excluded };
}

/** Earlier runs are read only when a selector asks about them. */
async function contextOf(
  linked: LinkedProject,
  options: SelectionOptions,
  texts: readonly string[],
): Promise<SelectionContext> {
  const named = linked.selectors;
  const used = methodsIn(texts, named);
  if (!answering.some((method) => used.has(method))) return { named };
  const { earlierRuns } = await import("./earlier-runs.ts");
  return { named, ...(await earlierRuns(linked, options, used)) };
}

/** The selected relations, and the tests among what the selectors name. */
export async function selectNodes(
  linked: LinkedProject,
  options: SelectionOptions,
): Promise<ReadonlySet<NodeId>> {
  return (await evaluate(linked, options)).selected;
}

function relationsOnly(graph: Graph, ids: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  return new Set([...ids].filter((id) => !isTest(graph.nodes.get(id))));
}

/** Selected relations with the tests that go with them; tests that were selected by themselves come too, excluded ones do not. */
export async function withTests(
  linked: LinkedProject,
  options: SelectionOptions,
): Promise<ReadonlySet<NodeId>> {
  const { graph } = linked;
  const { selected, excluded } = await evaluate(linked, options);
  const relations = relationsOnly(graph, selected);
  const tests = [...testsOf(graph, relations, selected)].filter((id) => !excluded.has(id));
  return new Set([...relations, ...tests]);
}
