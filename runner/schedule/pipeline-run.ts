import pRetry, { AbortError } from "p-retry";
import { messageOf } from "../core/caught.ts";
import type { Pipeline } from "../parse/schema/pipeline.ts";
import { runChild } from "./child-run.ts";
import type { ChildEnd } from "./child-run.ts";

export interface PipelineRequest {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly root: string;
  /** The program that runs a command of this runner, with what stands before the command. */
  readonly runner: readonly string[];
  /** What the command is told beside the pipeline's own settings, such as the target. */
  readonly options: readonly string[];
  /** Kept in the run's results, so that it is known what it was run for. */
  readonly trigger: string;
  /** The id of the run that a try which began at this time has made; undefined when it made none. */
  readonly runIdSince: (startedAt: Date) => Promise<string | undefined>;
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
  readonly killSignal: AbortSignal;
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  readonly grace?: number;
}

export type PipelineOutcome = "succeeded" | "failed" | "interrupted";

export interface PipelineEnd {
  readonly outcome: PipelineOutcome;
  /** The exit code that a command line should end with. */
  readonly exitCode: 0 | 1 | 2 | 3 | 130;
  readonly tries: number;
}

const defaultGrace = 10_000;

class TryFailed extends Error {
  readonly end: ChildEnd;

  constructor(message: string, end: ChildEnd) {
    super(message);
    this.end = end;
  }
}

/** Runs a pipeline to its end: tries, pauses between them, and the hook when the last try has failed. */
export async function runPipeline(request: PipelineRequest): Promise<PipelineEnd> {
  const { name, pipeline, tell, signal } = request;
  const { limit = 0, backoff = 0, factor = 1, maximum = backoff } = pipeline.retries ?? {};
  let tries = 0;
  let runId: string | undefined;
  // The run that the next try goes on with; one that was killed is begun anew.
  let unfinished: string | undefined;
  const attempt = async (number: number) => {
    tries = number;
    const startedAt = new Date();
    const end = await runChild({
      command: [...request.runner, ...argumentsOf(request, unfinished)],
      cwd: request.root,
      env: { MERCADO_PIPELINE: name, MERCADO_TRIGGER: request.trigger },
      isTied: true,
      timeout: pipeline.timeout === undefined ? undefined : pipeline.timeout * 1000,
      grace: request.grace ?? defaultGrace,
      signal,
      killSignal: request.killSignal,
    });
    const made = await request.runIdSince(startedAt);
    runId = made ?? runId;
    unfinished = end.code === 1 && !end.timedOut ? (made ?? unfinished) : undefined;
    if (end.code === 0) return;
    const failure = new TryFailed(describe(end, pipeline), end);
    // A mistake in the project or an interruption is the same next time.
    const isFinal = signal.aborted || (!end.timedOut && (end.code === 2 || end.code === 130));
    throw isFinal ? new AbortError(failure) : failure;
  };
  try {
    await pRetry(attempt, {
      retries: limit,
      factor,
      minTimeout: backoff * 1000,
      maxTimeout: Math.max(maximum, backoff) * 1000,
      signal,
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
        if (retriesLeft === 0) return;
        const pause = Math.min(backoff * factor ** (attemptNumber - 1), Math.max(maximum, backoff));
        tell(`${name}: try ${attemptNumber} ${error.message}; again in ${pause} s`);
      },
    });
    return { outcome: "succeeded", exitCode: 0, tries };
  } catch (error) {
    if (signal.aborted) return { outcome: "interrupted", exitCode: 130, tries };
    if (!(error instanceof TryFailed)) throw error;
    tell(`${name}: ${tries === 1 ? "" : `all ${tries} tries failed; the last `}${error.message}`);
    await runHook(request, { ...error.end, tries, runId });
    return { outcome: "failed", exitCode: exitCodeOf(error.end), tries };
  }
}

function argumentsOf(
  { pipeline, options }: PipelineRequest,
  unfinished: string | undefined,
): readonly string[] {
  const { command, select = [], exclude = [], selector = [], vars, full_refresh } = pipeline;
  const named = (option: string, values: readonly string[]) =>
    values.length === 0 ? [] : [option, ...values];
  const one = (option: string, value: string | number | undefined) =>
    value === undefined ? [] : [option, String(value)];
  const common = [
    ...options,
    ...one("--target", pipeline.target),
    ...one("--threads", pipeline.threads),
    ...["--wait", `${String(pipeline.wait)}s`],
  ];
  if (unfinished !== undefined) return ["retry", unfinished, ...common];
  return [
    command,
    ...common,
    ...one("--env", pipeline.environment),
    ...named("--select", select),
    ...named("--selector", selector),
    ...named("--exclude", exclude),
    ...(full_refresh ? ["--full-refresh"] : []),
    ...(Object.keys(vars).length === 0 ? [] : ["--vars", JSON.stringify(vars)]),
  ];
}

function describe({ code, timedOut }: ChildEnd, { timeout = 0 }: Pipeline): string {
  if (timedOut) return `was stopped after ${timeout} s, the pipeline's timeout`;
  return code === null ? "was killed" : `ended with exit code ${code}`;
}

function exitCodeOf({ code }: ChildEnd): 1 | 2 | 3 {
  return code === 2 || code === 3 ? code : 1;
}

interface Failed extends ChildEnd {
  readonly tries: number;
  readonly runId: string | undefined;
}

const hookTimeout = 60_000;

/** Tells whoever is to know; that this fails too is told here and changes nothing. */
async function runHook(request: PipelineRequest, failed: Failed): Promise<void> {
  const { name, pipeline, root, tell } = request;
  if (pipeline.on_failure === undefined) return;
  try {
    const { code } = await runChild({
      command: pipeline.on_failure.command,
      cwd: root,
      env: {
        MERCADO_PIPELINE: name,
        MERCADO_RUN_ID: failed.runId ?? "",
        MERCADO_TRIGGER: request.trigger,
        MERCADO_TRIES: String(failed.tries),
        MERCADO_REASON: failed.timedOut ? "timeout" : "failed",
        MERCADO_EXIT_CODE: failed.code === null ? "" : String(failed.code),
      },
      timeout: hookTimeout,
      grace: 1000,
      killSignal: request.killSignal,
    });
    if (code !== 0) tell(`${name}: on_failure ended with ${String(code ?? "a signal")}`);
  } catch (error) {
    tell(`${name}: on_failure could not be run: ${messageOf(error)}`);
  }
}
