import type { RunStatus, StepKind, StepOutcome, StepStatus } from "../core/event.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Plan, Step } from "../plan/step.ts";
import { collect } from "./collect.ts";
import { emptyFindings } from "./context.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { runExtractStep } from "./extract_step.ts";
import { decidePublication } from "./publication.ts";
import { publish } from "./publish.ts";
import { runInOrder } from "./scheduler.ts";
import { runTestStep } from "./test_step.ts";
import { runWriteStep } from "./write_step.ts";

export interface ExecutionRequest {
  readonly plan: Plan;
  readonly context: ExecutionContext;
  readonly threads: number;
  readonly command: string;
  readonly target: string;
}

export interface ExecutionResult {
  readonly status: RunStatus;
  readonly outcomes: readonly StepOutcome[];
}

/** Carries out a plan: write, audit, publish, collect. A failed step is an outcome, not an exception. */
export async function execute(request: ExecutionRequest): Promise<ExecutionResult> {
  const { plan, context, threads } = request;
  const { emit, ledger, run } = context;
  const began = performance.now();
  const outcomes: StepOutcome[] = [];
  const findings = emptyFindings();
  await ledger.beginRun({ ...run, command: request.command });
  await emit({
    type: "run_started",
    runId: run.id,
    startedAt: run.startedAt,
    command: request.command,
    target: request.target,
    steps: countKinds(plan.steps),
  });
  for (const { test, missing } of plan.untestable) {
    const message = `The test ${test.name} waits: ${missing.join(", ")} has never been built.`;
    await emit({ type: "note", message });
  }

  const finish = async (outcome: StepOutcome) => {
    outcomes.push(outcome);
    await ledger.finishStep(run.id, outcome);
    await emit({ type: "step_finished", outcome });
  };
  await runInOrder(plan.steps, threads, {
    run: async (step) => {
      await ledger.beginStep(run.id, step);
      await emit({ type: "step_started", id: step.id, kind: step.kind });
      const outcome = await runStep(step, context, findings);
      await finish(outcome);
      return outcome.status === "failed" ? "failed" : "ok";
    },
    skip: (step, because) =>
      finish({ id: step.id, kind: step.kind, status: "skipped", milliseconds: 0, because }),
  });

  const failed = new Set(
    outcomes
      .filter(({ status }) => status === "failed" || status === "skipped")
      .map(({ id }) => id),
  );
  const { publish: publishable, withheld } = decidePublication(plan, failed);
  if (withheld.length > 0) await emit({ type: "withheld", relations: withheld });
  if (publishable.size > 0) {
    const publishing = performance.now();
    await publish(plan, publishable, context, findings);
    await emit({
      type: "published",
      relations: [...publishable],
      milliseconds: performance.now() - publishing,
    });
  }
  await discard(plan, publishable, context);
  const status: RunStatus = failed.size > 0 ? "failed" : "succeeded";
  await ledger.finishRun(run.id, status);
  context.killPoint("before-collect");
  await collect(context);
  await emit({
    type: "run_finished",
    runId: run.id,
    status,
    milliseconds: performance.now() - began,
    counts: countStatuses(outcomes),
  });
  return { status, outcomes };
}

async function runStep(step: Step, context: ExecutionContext, findings: Findings): Promise<StepOutcome> {
  const began = performance.now();
  const done = (status: StepStatus, rest: Partial<StepOutcome> = {}): StepOutcome => ({
    id: step.id,
    kind: step.kind,
    status,
    milliseconds: performance.now() - began,
    ...rest,
  });
  try {
    switch (step.kind) {
      case "extract":
        return done("ok", { rows: await runExtractStep(step, context, findings) });
      case "seed":
      case "model":
        return done("ok", { rows: await runWriteStep(step, context, findings) });
      case "test": {
        const { failures, diagnostic } = await runTestStep(step, context.engine);
        if (failures === 0) return done("ok", { rows: 0 });
        const status = step.test.severity === "warn" ? "warned" : "failed";
        return done(status, { rows: failures, diagnostic });
      }
      default:
        return step satisfies never;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return done("failed", { diagnostic: locate(error.diagnostics, step) });
  }
}

/** One diagnostic for a failed step: the first, with the others' messages as part of its cause, at the step's own place. */
function locate(diagnostics: readonly Diagnostic[], step: Step): Diagnostic {
  const [first, ...others] = diagnostics;
  if (first === undefined) return { code: "SQL_FAILED", message: `${step.id} failed.` };
  const cause = [first.cause, ...others.map(({ message }) => message)].filter(Boolean).join(" ");
  const place = first.place ?? (step.kind === "test" ? step.test.place : undefined);
  return { ...first, place, cause: cause || undefined };
}

/** Candidates that are not published go at once; what is left after a crash goes with the next run. */
async function discard(
  plan: Plan,
  published: ReadonlySet<string>,
  { engine, dialect, lake, run }: ExecutionContext,
): Promise<void> {
  for (const step of [...plan.steps].reverse()) {
    if (step.kind === "test") continue;
    if (step.kind === "extract") {
      for (const { table, candidate } of step.tables) {
        if (published.has(table.relation)) continue;
        await engine.execute(dialect.dropView(candidate));
        await lake.removeRun(table.relation, run.id, new Set());
      }
    } else if (!published.has(step.relation)) {
      for (const statement of step.discard) await engine.execute(statement);
    }
  }
}

function countKinds(steps: readonly Step[]): Record<StepKind, number> {
  const counts = { extract: 0, seed: 0, model: 0, test: 0 };
  for (const step of steps) counts[step.kind] += 1;
  return counts;
}

function countStatuses(outcomes: readonly StepOutcome[]): Record<StepStatus, number> {
  const counts = { ok: 0, warned: 0, failed: 0, skipped: 0 };
  for (const { status } of outcomes) counts[status] += 1;
  return counts;
}
