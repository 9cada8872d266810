import { readFileSync } from "node:fs";
import path from "node:path";
import { messageOf } from "../core/caught.ts";
import { assertSound, Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { methodsIn, select } from "../graph/select.ts";
import { answering } from "../graph/selection-methods.ts";
import { findProjectRoot, projectFile } from "../load/project-root.ts";
import type { ParsedProject } from "../parse/project.ts";
import type { Pipeline } from "../parse/schema/pipeline.ts";
import { pipelinesSchema } from "../parse/schema/pipelines.ts";
import { readYaml } from "../parse/yaml-file.ts";
import { scheduleProblem } from "../schedule/due.ts";
import type { GlobalOptions } from "./options.ts";
import type { LinkedProject } from "./project.ts";
import { resolveTarget } from "./target.ts";
import type { Target } from "./target.ts";

export interface PipelinesProject {
  readonly root: string;
  readonly pipelines: Readonly<Record<string, Pipeline>>;
  readonly target: Target;
}

/** Reads `pipelines.yaml` alone: a pipeline's run reads the rest of the project itself. */
export function readPipelines(options: GlobalOptions): PipelinesProject {
  const project = readProjectFile(options);
  const { root, pipelines } = project;
  assertSchedules(pipelines);
  return {
    root,
    pipelines: pipelines.value.pipelines,
    target: resolveTarget(project, options.target),
  };
}

/** The target, by `pipelines.yaml` alone: what is published can be looked at while the rest of the project is broken. */
export function readTarget(options: GlobalOptions): Target {
  return resolveTarget(readProjectFile(options), options.target);
}

function readProjectFile(options: GlobalOptions): Pick<ParsedProject, "root" | "pipelines"> {
  const root = findProjectRoot(options.project ?? process.cwd());
  const file = { file: projectFile, text: readText(path.join(root, projectFile)) };
  const { value: pipelines, diagnostics } = readYaml(file, pipelinesSchema);
  if (pipelines === undefined) throw new Failure(diagnostics);
  return { root, pipelines };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const message = `${projectFile} cannot be read.`;
    throw new Failure([{ code: "FILE_UNREADABLE", message, cause: messageOf(error) }]);
  }
}

/** Cron expressions and time zones that make no sense are reported at their lines, all of them. */
function assertSchedules(pipelines: ParsedProject["pipelines"]): void {
  assertSound(scheduleProblems(pipelines));
}

function scheduleProblems(pipelines: ParsedProject["pipelines"]): readonly Diagnostic[] {
  return Object.entries(pipelines.value.pipelines).flatMap(([name, { schedule }]) => {
    const problem = schedule && scheduleProblem(schedule);
    if (problem === undefined) return [];
    const { setting, message } = problem;
    const hint =
      setting === "cron"
        ? 'Five fields: minute hour day month weekday, such as "30 2 * * *".'
        : "Write one of the IANA database, such as UTC or Europe/Berlin.";
    const at = ["pipelines", name, "schedule", setting];
    return [pipelines.diagnostic("SCHEDULE_INVALID", at, message, hint)];
  });
}

/** Reports pipelines whose schedules make no sense or whose selectors match nothing. */
export function checkPipelines({ project, graph, selectors: named }: LinkedProject): void {
  const { pipelines } = project;
  const unmatched = Object.entries(pipelines.value.pipelines).flatMap(([name, pipeline]) =>
    (["select", "exclude", "selector"] as const).flatMap((setting) => {
      const written = pipeline[setting] ?? [];
      const texts = setting === "selector" ? written.map((each) => `selector:${each}`) : written;
      const used = methodsIn(texts, named);
      // What these match is known when the pipeline runs.
      if (texts.length === 0 || answering.some((method) => used.has(method))) return [];
      return select(graph, texts, [], { named }).diagnostics.map(({ code, message, hint }) =>
        pipelines.diagnostic(code, ["pipelines", name, setting], message, hint),
      );
    }),
  );
  assertSound([...scheduleProblems(pipelines), ...unmatched]);
}
