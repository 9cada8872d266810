import type { CompiledProject } from "../compile/compile.ts";
import type { Column } from "../core/node-base.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import { columnId } from "../core/project-lineage.ts";
import type { RelationName } from "../core/relation.ts";
import type { ClassFlow } from "./classes.ts";

/** A project whose columns have every class that reaches them, declared or flown, in the order of their names. */
export function withClasses<Project extends Pick<CompiledProject, "graph">>(
  compiled: Project,
  flow: Pick<ClassFlow, "classes">,
): Project {
  const nodes = [...compiled.graph.nodes].map(([id, node]): readonly [NodeId, ProjectNode] => [
    id,
    classed(node, flow),
  ]);
  return { ...compiled, graph: { ...compiled.graph, nodes: new Map(nodes) } };
}

function classed(node: ProjectNode, flow: Pick<ClassFlow, "classes">): ProjectNode {
  if (node.kind === "test" || node.kind === "unit_test") return node;
  const hasClasses = node.columns.some(
    ({ name, classes }) => classes !== undefined || flow.classes.has(columnId(node.relation, name)),
  );
  if (!hasClasses) return node;
  return { ...node, columns: node.columns.map((column) => reached(node.relation, column, flow)) };
}

function reached<Kind extends Column>(
  relation: RelationName,
  column: Kind,
  { classes }: Pick<ClassFlow, "classes">,
): Kind {
  const found = [...(classes.get(columnId(relation, column.name))?.keys() ?? [])].sort();
  return { ...column, classes: found };
}
