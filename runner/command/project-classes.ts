import type { CompiledProject } from "../compile/compile.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ProjectLineage } from "../core/project-lineage.ts";
import { classProblems } from "../lineage/class-problems.ts";
import { flowOfClasses } from "../lineage/classes.ts";
import type { ClassFlow } from "../lineage/classes.ts";
import { declaredClasses } from "../lineage/declared-classes.ts";
import { projectLineage } from "../lineage/project-lineage.ts";
import { loadQueryAnalysis } from "../lineage/query/analyze.ts";
import type { ParsedProject } from "../parse/project.ts";

export interface TracedProject {
  readonly lineage: ProjectLineage;
  /** The classes of every column of every relation, declared and flown. */
  readonly flow: ClassFlow;
}

/** Follows every column, and its classes, through the project. */
export async function traceProject(compiled: CompiledProject): Promise<TracedProject> {
  const lineage = projectLineage(compiled, await loadQueryAnalysis());
  return { lineage, flow: flowOfClasses(lineage, declaredClasses(compiled)) };
}

/** What is wrong with who sees which class; a project that declares no access has nothing to trace. */
export async function classDiagnostics(
  { access }: Pick<ParsedProject, "access">,
  compiled: CompiledProject,
): Promise<readonly Diagnostic[]> {
  const { classes, declassified } = declaredClasses(compiled);
  if (access === undefined || classes.size + declassified.size === 0) return [];
  const { flow } = await traceProject(compiled);
  return classProblems(compiled, access, flow);
}
