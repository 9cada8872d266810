import path from "node:path";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { readArtifact } from "../record/artifacts/files.ts";
import { runResultsSchema } from "../record/artifacts/schemas.ts";
import type { RunResults } from "../record/artifacts/schemas.ts";
import { printTable } from "../record/print-table.ts";
import { nextDue } from "../schedule/due.ts";
import { runPipeline } from "../schedule/pipeline-run.ts";
import type { PipelineEnd, PipelineRequest } from "../schedule/pipeline-run.ts";
import { triggerOf } from "../schedule/scheduler.ts";
import { artifactNames, artifactsFolder } from "./artifacts.ts";
import { signalsOfInterruption } from "./interruption.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { readPipelines } from "./pipelines-file.ts";
import type { PipelinesProject } from "./pipelines-file.ts";

/** Runs one pipeline now, whatever its schedule says. */
export async function runPipelineCommand(name: string, options: GlobalOptions): Promise<ExitCode> {
  const project = readPipelines(options);
  const pipeline = project.pipelines[name];
  if (pipeline === undefined) throw unknown(name, Object.keys(project.pipelines));
  const { soft, hard } = signalsOfInterruption();
  const end = await runPipeline({
    ...surroundings(project, options),
    name,
    pipeline,
    trigger: triggerOf(name, new Date()),
    signal: soft,
    killSignal: hard,
  });
  return end.exitCode satisfies PipelineEnd["exitCode"];
}

/** What every run of a pipeline is told. */
export function surroundings(
  { root, target }: PipelinesProject,
  options: GlobalOptions,
): Omit<PipelineRequest, "name" | "pipeline" | "trigger" | "signal" | "killSignal"> {
  const results = path.join(artifactsFolder(target), artifactNames.runResults);
  return {
    root,
    runner: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
    options: [
      ...["--project", root],
      ...(options.target === undefined ? [] : ["--target", options.target]),
      ...(options.json === true ? ["--json"] : []),
    ],
    runIdSince: async (startedAt) => {
      const latest = await latestResults(results);
      if (latest === undefined || new Date(latest.started_at) < startedAt) return undefined;
      return latest.run_id;
    },
    tell: teller(options),
  };
}

/** The results of the last run; undefined when there are none that can be read. */
export function latestResults(file: string): Promise<RunResults | undefined> {
  return readArtifact(file, runResultsSchema).catch(() => undefined);
}

/** Narrates on stderr, or with `--json` as events on stdout among those of the runs. */
export function teller({ json }: GlobalOptions): (message: string) => void {
  return (message) => {
    if (json === true) process.stdout.write(`${JSON.stringify({ type: "schedule", message })}\n`);
    else process.stderr.write(`${message}\n`);
  };
}

/** Lists pipelines: what each runs, and when it is due next. */
export function listPipelinesCommand(options: GlobalOptions): Promise<ExitCode> {
  const { pipelines } = readPipelines(options);
  const rows = Object.entries(pipelines).map(([name, pipeline]) => {
    const { description, command, schedule, select, selector, exclude } = pipeline;
    const next = schedule && nextDue(schedule, new Date());
    return {
      name,
      command: [
        command,
        ...(select ?? []),
        ...(selector ?? []).map((each) => `selector:${each}`),
        ...(exclude ?? []).map((each) => `not ${each}`),
      ].join(" "),
      cron: schedule?.cron ?? null,
      timezone: schedule?.timezone ?? null,
      next_due: next?.toISOString() ?? null,
      description,
    };
  });
  if (options.json === true) {
    process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  } else if (rows.length === 0) {
    process.stderr.write("There is no pipeline in pipelines.yaml.\n");
  } else {
    const columns = ["name", "command", "cron", "timezone", "next_due", "description"].map(
      (column) => ({ name: column, type: "VARCHAR" }),
    );
    const shown = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, value ?? ""])),
    );
    process.stdout.write(`${printTable({ columns, rows: shown })}\n`);
  }
  return Promise.resolve(exitCodes.ok);
}

function unknown(name: string, known: readonly string[]): Failure {
  const message = `There is no pipeline "${name}".`;
  const otherwise =
    known.length === 0 ? "pipelines.yaml declares none." : `Pipelines: ${known.join(", ")}.`;
  const diagnostic: Diagnostic = {
    code: "SELECT_NOTHING",
    message,
    hint: didYouMean(name, known, otherwise),
  };
  return new Failure([diagnostic]);
}
