import { didYouMean } from "../core/closest.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import { isTest, nodeId } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import type { SourceTable } from "../core/source-table.ts";
import { parseRelationName } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import type { ParsedProject } from "../parse/project.ts";
import { describeCycle, findCycles } from "./cycle.ts";
import type { Graph } from "./graph.ts";
import { invert, sortTopologically } from "./graph.ts";
import { hardCodedRelations } from "./hard-coded.ts";
import { testTargetProblems } from "./test-targets.ts";
import { unitTestProblems } from "./unit-test-targets.ts";
import { refsOf, wantedBy } from "./wanted.ts";
import type { Wanted } from "./wanted.ts";

export interface LinkResult {
  readonly graph: Graph;
  readonly diagnostics: readonly Diagnostic[];
}

/** Resolves every ref to the node that it names. Unknown and duplicate names and cycles are reported, all of them. */
export function link(
  project: Pick<ParsedProject, "sources" | "seeds" | "models" | "tests"> &
    Partial<Pick<ParsedProject, "runHooks" | "unitTests">>,
): LinkResult {
  const diagnostics: Diagnostic[] = [];
  const nodes = new Map<NodeId, ProjectNode>();
  const { sources, seeds, models, tests, unitTests = [] } = project;
  for (const node of [...sources, ...seeds, ...models, ...tests, ...unitTests]) {
    const id = nodeId(node);
    const other = nodes.get(id);
    if (other !== undefined) diagnostics.push(duplicate(id, node, other));
    else nodes.set(id, node);
  }

  const sourceTables = new Map(
    project.sources.map((table) => [`${table.source}.${table.table}`, table]),
  );
  const parents = new Map<NodeId, NodeId[]>();
  for (const [id, node] of nodes) {
    const found = new Set<NodeId>();
    for (const wanted of wantedBy(node)) {
      const parent = resolve(wanted, nodes, sourceTables);
      if (typeof parent === "string") found.add(parent);
      else diagnostics.push({ ...parent, frame: frameOf(node, wanted.place) });
    }
    parents.set(id, [...found]);
  }

  const { start = [], end = [] } = project.runHooks ?? {};
  for (const wanted of refsOf([...start, ...end])) {
    const found = resolve(wanted, nodes, sourceTables);
    if (typeof found !== "string") diagnostics.push(found);
  }

  const ordered = sortTopologically(nodes, parents);
  if (ordered.size < nodes.size) {
    for (const cycle of findCycles(parents)) diagnostics.push(describeCycle(cycle, nodes));
  }
  diagnostics.push(
    ...testTargetProblems(nodes, parents),
    ...unitTestProblems(nodes, parents),
    ...hardCodedRelations(nodes),
  );
  const graph: Graph = { nodes: ordered, parents, children: invert(parents) };
  return { graph, diagnostics };
}

function duplicate(id: NodeId, node: ProjectNode, other: ProjectNode): Diagnostic {
  return {
    code: "GRAPH_DUPLICATE",
    message: `${id} is declared twice: here and in ${other.place.file}:${other.place.line}.`,
    place: node.place,
    hint: "A name stands for one thing in the whole project: rename one of the two.",
  };
}

/** The lines around a place in a node's own template; a declaration's place is in a file that is not at hand. */
function frameOf(node: ProjectNode, place: Place): string | undefined {
  return "template" in node && node.template.file === place.file
    ? codeFrame(node.template.text, place)
    : undefined;
}

function resolve(
  wanted: Wanted,
  nodes: ReadonlyMap<NodeId, ProjectNode>,
  sourceTables: ReadonlyMap<string, SourceTable>,
): RelationName | Diagnostic {
  const { kind, name, place } = wanted;
  if (kind === "source") {
    const table = sourceTables.get(name);
    if (table !== undefined) return table.relation;
    const hint = didYouMean(name, sourceTables.keys(), listed("Sources", sourceTables.keys()));
    return { code: "REF_UNKNOWN", message: `There is no source table "${name}".`, place, hint };
  }
  const relation = parseRelationName(name);
  if (relation !== undefined && nodes.has(relation)) return relation;
  const relations = [...nodes.values()].flatMap((node) => (isTest(node) ? [] : [node.relation]));
  // `customer` alone most likely means one of the zones' customers.
  const sameBase = relations.filter((known) => known.endsWith(`.${name}`));
  const hint =
    sameBase.length > 0
      ? `A ref names its zone: did you mean ${sameBase.map((known) => `"${known}"`).join(" or ")}?`
      : didYouMean(name, relations, "A ref is zone.name, such as cleaned.customer.");
  return { code: "REF_UNKNOWN", message: `There is no relation "${name}".`, place, hint };
}

function listed(title: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  return all.length === 0 ? undefined : `${title}: ${all.join(", ")}.`;
}
