import type { CompiledProject } from "../compile/compile.ts";
import { assertSound } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ProjectLineage } from "../core/project-lineage.ts";
import { classProblems } from "../lineage/class-problems.ts";
import { flowOfClasses } from "../lineage/classes.ts";
import type { ClassFlow } from "../lineage/classes.ts";
import { declaredClasses } from "../lineage/declared-classes.ts";
import { projectLineage } from "../lineage/project-lineage.ts";
import { maskedViewProblems } from "../lineage/masked-views.ts";
import { loadQueryAnalysis } from "../lineage/query/analyze.ts";
import { rowFilterProblems } from "../lineage/row-filter-problems.ts";
import { withClasses } from "../lineage/with-classes.ts";
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

/**
 * The project whose columns have every class that reaches them, so that what is published says so; one whose classes
 * nobody may see, or are declassified in vain, is a failure.
 */
export async function withClassesOf<Project extends CompiledProject>(
  { access }: Pick<ParsedProject, "access">,
  compiled: Project,
): Promise<Project> {
  if (access === undefined || !hasClasses(compiled)) return compiled;
  const { flow } = await traceProject(compiled);
  assertSound(classProblems(compiled, access, flow));
  return withClasses(compiled, flow);
}

function hasClasses(compiled: CompiledProject): boolean {
  const { classes, declassified } = declaredClasses(compiled);
  return classes.size + declassified.size > 0;
}

/** What is wrong with who sees what; a project that declares no access has nothing to trace. */
export async function accessDiagnostics(
  { access, pipelines }: Pick<ParsedProject, "access" | "pipelines">,
  compiled: CompiledProject,
): Promise<readonly Diagnostic[]> {
  if (access === undefined) return [];
  const { lineage, flow } = await traceProject(compiled);
  const targets = Object.values(pipelines.value.targets);
  const onRedshift = targets.some(({ engine }) => engine === "redshift")
    ? maskedViewProblems(withClasses(compiled, flow).graph, access)
    : [];
  return [
    ...rowFilterProblems(access, lineage, await loadQueryAnalysis()),
    ...classProblems(compiled, access, flow),
    ...onRedshift,
  ];
}
