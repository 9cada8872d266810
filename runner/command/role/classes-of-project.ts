import type { CompiledProject } from "../../compile/compile.ts";
import { undeclaredClass } from "../../core/access.ts";
import { columnId } from "../../core/project-lineage.ts";
import { rawColumnClasses } from "../../core/raw-column-classes.ts";
import { traceProject } from "../project-classes.ts";
import type { TracedProject } from "../project-classes.ts";
import type { ClassesOf } from "./visible-relations.ts";

/**
 * The classes of columns as the project has them now. What a run has built and the project has forgotten since, or does
 * not know this column of, may hold anything.
 */
export async function classesOfProject(compiled: CompiledProject): Promise<ClassesOf> {
  return classesIn(compiled, await traceProject(compiled));
}

export function classesIn(
  compiled: Pick<CompiledProject, "graph">,
  { lineage, flow }: TracedProject,
): ClassesOf {
  return ({ relation, writtenBy }, column) => {
    if (writtenBy !== undefined) return [];
    const node = compiled.graph.nodes.get(relation);
    if (node?.kind === "source") return rawColumnClasses(node, column);
    if (lineage.relations.get(relation)?.columns.has(column) !== true) return [undeclaredClass];
    return [...(flow.classes.get(columnId(relation, column))?.keys() ?? [])];
  };
}
