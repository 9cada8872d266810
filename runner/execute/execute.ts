import { Failure } from "../core/diagnostic.ts";
import type { RunStatus, StepKind, StepOutcome, StepStatus } from "../core/event.ts";
import type { RelationName } from "../core/relation.ts";
import type { Plan, Step } from "../plan/step.ts";
import { collect } from "./collect.ts";
import { emptyFindings } from "./context.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { discard } from "./discard.ts";
import { metered } from "./metered.ts";
import { dropStalePointers, followPointers } from "./pointers.ts";
import { decidePublication, isEphemeral, relationsOf } from "./publication.ts";
import { publish } from "./publish.ts";
import { runEnd } from "./run-end.ts";
import { runStep } from "./run-step.ts";
import { runInOrder } from "./scheduler.ts";

export interface ExecutionRequest {
  readonly plan: Plan;
  readonly context: ExecutionContext;
  readonly command: string;
  /** What the command was told, for `retry`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly target: string;
  /** What is said at the run's end, in sentences. */
  readonly closing?: readonly string[];
}

export interface ExecutionResult {
  readonly status: RunStatus;
  readonly outcomes: readonly StepOutcome[];
}

/** What has come of a run so far: what its end, good or bad, has to deal with. */
interface Progress {
  readonly outcomes: StepOutcome[];
  published: ReadonlySet<RelationName>;
}

/**
 * Carries out a plan: write, audit, publish, collect. A failed step is an outcome, not an exception; what is thrown is
 * a fault of the runner or a failure of the warehouse or the lake itself, after the run was closed as failed.
 */
export async function execute(request: ExecutionRequest): Promise<ExecutionResult> {
  const { plan, context } = request;
  const { emit, ledger, run } = context;
  const began = performance.now();
  const progress: Progress = { outcomes: [], published: new Set() };
  const finish = async (status: RunStatus) => {
    await emit({
      type: "run_finished",
      runId: run.id,
      status,
      milliseconds: performance.now() - began,
      counts: countStatuses(progress.outcomes),
      load: context.load?.(),
    });
    return { status, outcomes: progress.outcomes };
  };

  await ledger.beginRun({
    ...run,
    command: request.command,
    environment: context.state.environment,
    options: request.options,
    steps: [...plan.steps, ...(plan.end?.succeeded ?? [])].map((step) => ({
      id: step.id,
      kind: step.kind,
      relations: isEphemeral(step) ? [] : relationsOf(step),
    })),
  });
  const tellInterruption = () => void emit({ type: "note", message: interruptionMessage });
  context.signal?.addEventListener("abort", tellInterruption, { once: true });
  try {
    await announce(request);
    const reached = await writeAuditPublish(plan, context, progress);
    const status = await runEnd(plan, reached, (hook) => carryOut(hook, context, { progress }));
    await discard(plan, progress.published, context);
    await ledger.finishRun(run.id, status);
    context.killPoint("before-collect");
    if (status !== "interrupted") await collect(context, context);
    for (const message of request.closing ?? []) await emit({ type: "note", message });
    return await finish(status);
  } catch (error) {
    if (!progress.outcomes.some(({ id }) => id.startsWith("hook.on_run_end"))) {
      await runEnd(plan, "failed", (hook) => carryOut(hook, context, { progress })).catch(
        () => undefined,
      );
    }
    await undo(plan, context, progress);
    await finish("failed");
    throw progress.published.size > 0 ? afterPublishing(error) : error;
  } finally {
    context.signal?.removeEventListener("abort", tellInterruption);
  }
}

const interruptionMessage = "Interrupted: finishing what runs; press Ctrl-C again to end now.";

async function announce({ plan, context, command, target }: ExecutionRequest): Promise<void> {
  const { emit, run } = context;
  await emit({
    type: "run_started",
    runId: run.id,
    startedAt: run.startedAt,
    command,
    target,
    environment: context.state.environment,
    steps: countKinds([...plan.steps, ...(plan.end?.succeeded ?? [])]),
  });
  if (isUntested(plan)) {
    const message = "No data test is part of this run: what it builds is published untested.";
    await emit({ type: "note", message });
  }
  for (const message of plan.notes ?? []) await emit({ type: "note", message });
  for (const relation of plan.changedSources) {
    const message = `${relation} is declared otherwise than in production, whose rows this environment reads: extract it there first.`;
    await emit({ type: "note", message });
  }
  for (const { test, missing } of plan.untestable) {
    const message = `The test ${test.name} waits: ${missing.join(", ")} has never been built.`;
    await emit({ type: "note", message });
  }
}

async function writeAuditPublish(
  plan: Plan,
  context: ExecutionContext,
  progress: Progress,
): Promise<RunStatus> {
  const { emit, signal } = context;
  const findings = emptyFindings();
  await runSteps(plan, context, { findings, progress });
  await context.ledger.flush();
  if (signal?.aborted === true) return "interrupted";

  const statuses = new Map(progress.outcomes.map(({ id, status }) => [id, status]));
  const { publish: sound, withheld } = decidePublication(plan, statuses);
  if (withheld.length > 0) await emit({ type: "withheld", relations: withheld });
  if (sound.size > 0 || plan.released.length > 0) {
    const began = performance.now();
    const publishing = metered(context);
    const details = await publish(plan, sound, publishing.context, findings);
    progress.published = sound;
    await followPointers(context);
    await dropStalePointers(context);
    const milliseconds = performance.now() - began;
    if (sound.size > 0) {
      const relations = [...sound];
      await emit({ type: "published", relations, details, milliseconds, ...publishing.asked() });
    }
    for (const message of tellReleased(plan, context)) await emit({ type: "note", message });
  }
  const isSound = [...statuses.values()].every((status) => status === "ok" || status === "warned");
  return isSound ? "succeeded" : "failed";
}

function tellReleased({ released }: Plan, { state }: ExecutionContext): readonly string[] {
  const inherited = released.filter((relation) => state.production.has(relation));
  const gone = released.filter((relation) => !state.production.has(relation));
  return [
    ...(inherited.length > 0 ? [`Read from production again: ${inherited.join(", ")}.`] : []),
    ...(gone.length > 0 ? [`No longer part of the project: ${gone.join(", ")}.`] : []),
  ];
}

async function runSteps(
  plan: Plan,
  context: ExecutionContext,
  { findings, progress }: { readonly findings: Findings; readonly progress: Progress },
): Promise<void> {
  const { threads, signal } = context;
  await runInOrder(
    plan.steps,
    { limit: threads, signal },
    {
      run: async (step) => {
        const { status } = await carryOut(step, context, { findings, progress });
        return status === "failed" ? "failed" : "ok";
      },
      skip: ({ id, kind }, because) =>
        close({ id, kind, status: "skipped", milliseconds: 0, because }, context, progress),
    },
  );
}

/** Runs one step, which the beginning run has recorded, and records its end; throws only a fault of the runner. */
async function carryOut(
  step: Step,
  context: ExecutionContext,
  {
    findings = emptyFindings(),
    progress,
  }: { readonly findings?: Findings; readonly progress: Progress },
): Promise<StepOutcome> {
  await context.emit({ type: "step_started", id: step.id, kind: step.kind });
  const { outcome, fault } = await runStep(step, context, findings);
  await close(outcome, context, progress);
  if (fault !== undefined) throw fault.error;
  return outcome;
}

async function close(
  outcome: StepOutcome,
  { ledger, emit, run }: ExecutionContext,
  progress: Progress,
): Promise<void> {
  progress.outcomes.push(outcome);
  ledger.finishStep(run.id, outcome);
  await emit({ type: "step_finished", outcome });
}

/** Undoes what a broken run left. What cannot be undone now, on a full disk say, the next run undoes. */
async function undo(plan: Plan, context: ExecutionContext, { published }: Progress): Promise<void> {
  try {
    await discard(plan, published, context);
    await context.ledger.finishRun(context.run.id, "failed");
  } catch {
    // The run stays open in the ledger, by which the next one knows what to recover.
  }
}

/** The warehouse was published and then something failed: no message may say that nothing was. */
function afterPublishing(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  const hint = "The warehouse is published; the next run lets the lake follow.";
  return new Failure(
    error.diagnostics.map((diagnostic) => ({ ...diagnostic, hint })),
    error.exitCode,
  );
}

function isUntested({ steps }: Plan): boolean {
  return steps.some(({ kind }) => kind === "model") && steps.every(({ kind }) => kind !== "test");
}

function countKinds(steps: readonly Step[]): Record<StepKind, number> {
  const counts = { extract: 0, seed: 0, model: 0, unit_test: 0, test: 0, hook: 0 };
  for (const step of steps) counts[step.kind] += 1;
  return counts;
}

function countStatuses(outcomes: readonly StepOutcome[]): Record<StepStatus, number> {
  const counts = { ok: 0, warned: 0, failed: 0, skipped: 0 };
  for (const { status } of outcomes) counts[status] += 1;
  return counts;
}
