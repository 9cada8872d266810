import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { messageOf } from "../core/caught.ts";
import type { Pipeline } from "../parse/schema/pipeline.ts";
import { lockSchedule } from "../schedule/lock.ts";
import { runPipeline } from "../schedule/pipeline-run.ts";
import type { PipelineOutcome } from "../schedule/pipeline-run.ts";
import { runSchedule } from "../schedule/scheduler.ts";
import type { Clock } from "../schedule/scheduler.ts";
import { readScheduleState, writeScheduleState } from "../schedule/state.ts";
import { artifactNames, artifactsFolder } from "./artifacts.ts";
import { signalsOfInterruption } from "./interruption.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { latestResults, surroundings, teller } from "./pipeline.ts";
import { readPipelines } from "./pipelines-file.ts";

export interface ScheduleOptions extends GlobalOptions {
  readonly once?: boolean;
}

const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }).catch(() => {}),
};

/** Runs pipelines when they are due, in the foreground, until SIGINT or SIGTERM; then it lets the running one end. */
export async function scheduleCommand(options: ScheduleOptions): Promise<ExitCode> {
  const project = readPipelines(options);
  const { soft, hard } = signalsOfInterruption();
  const { home } = project.target;
  const file = path.join(home, "schedule.json");
  const tell = teller(options);
  const lock = await lockSchedule(path.join(home, "schedule.lock"));
  try {
    const { failed } = await runSchedule({
      pipelines: rereader(options, project.pipelines, tell),
      readState: () => readScheduleState(file),
      writeState: (state) => writeScheduleState(file, state),
      run: async ({ name, pipeline, trigger }) => {
        const common = surroundings(project, options);
        const request = { ...common, name, pipeline, trigger, signal: soft, killSignal: hard };
        return (await runPipeline(request)).outcome;
      },
      endOf: (trigger) =>
        endOf(path.join(artifactsFolder(project.target), artifactNames.runResults), trigger),
      tell,
      clock: systemClock,
      signal: soft,
      once: options.once ?? false,
    });
    if (soft.aborted) return exitCodes.interrupted;
    return failed > 0 ? exitCodes.failed : exitCodes.ok;
  } finally {
    await lock.release();
  }
}

/** Follows changes of `pipelines.yaml`; while it is not sound, what it said before holds. */
function rereader(
  options: GlobalOptions,
  first: Readonly<Record<string, Pipeline>>,
  tell: (message: string) => void,
): () => Promise<Readonly<Record<string, Pipeline>>> {
  let known = first;
  let told = "";
  return () => {
    try {
      known = readPipelines(options).pipelines;
      told = "";
    } catch (error) {
      const message = messageOf(error);
      if (message !== told) tell(`pipelines.yaml is not followed until it is sound: ${message}`);
      told = message;
    }
    return Promise.resolve(known);
  };
}

/** A run that ended well was all that its due time asked for. */
async function endOf(file: string, trigger: string): Promise<PipelineOutcome | undefined> {
  const latest = await latestResults(file);
  return latest?.trigger === trigger && latest.status === "succeeded" ? "succeeded" : undefined;
}
