import { messageOf } from "../core/caught.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import type { StepOutcome, StepStatus } from "../core/event.ts";
import type { Template } from "../core/template.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import type { Step } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { runExtractStep } from "./extract-step.ts";
import { metered } from "./metered.ts";
import { runTestStep } from "./test-step.ts";
import { runUnitTestStep } from "./unit-test-step.ts";
import { runWriteStep } from "./write-step.ts";

export interface StepEnd {
  readonly outcome: StepOutcome;
  /** What was thrown when it is a fault of the runner: it is recorded and then goes on its way. */
  readonly fault?: { readonly error: unknown };
}

/** Carries out one step; whatever is thrown ends up in its outcome. */
export async function runStep(
  step: Step,
  given: ExecutionContext,
  findings: Findings,
): Promise<StepEnd> {
  const began = performance.now();
  const { context, asked } = metered(given);
  const end = (status: StepStatus, rest: Partial<StepOutcome> = {}): StepOutcome => ({
    id: step.id,
    kind: step.kind,
    status,
    milliseconds: performance.now() - began,
    ...rest,
    ...asked(),
  });
  try {
    switch (step.kind) {
      case "extract": {
        const { rows, rejected } = await runExtractStep(step, context, findings);
        return { outcome: end("ok", { rows, ...(rejected > 0 ? { rejected } : {}) }) };
      }
      case "seed":
      case "model":
        return {
          outcome: end("ok", {
            rows: await runWriteStep(step, context, findings),
            mode: step.mode,
          }),
        };
      case "hook":
        await context.engine.execute(step.statement);
        return { outcome: end("ok") };
      case "test": {
        const { status, failures, diagnostic } = await runTestStep(step, context, findings);
        return { outcome: end(status, { rows: failures, diagnostic }) };
      }
      case "unit_test": {
        const failed = await runUnitTestStep(step, context.engine);
        if (failed === undefined) return { outcome: end("ok") };
        const { differences, diagnostic } = failed;
        return { outcome: end("failed", { rows: differences, diagnostic }) };
      }
      default:
        return step satisfies never;
    }
  } catch (error) {
    if (error instanceof Failure) {
      return { outcome: end("failed", { diagnostic: describeFailure(error, step, context) }) };
    }
    const diagnostic = { code: "RUNNER_FAULT" as const, message: messageOf(error) };
    return { outcome: end("failed", { diagnostic }), fault: { error } };
  }
}

/** One diagnostic for a failed step: the first, with the others' messages as part of its cause, at the step's own place. */
function describeFailure(failure: Failure, step: Step, context: ExecutionContext): Diagnostic {
  const [first, ...others] = failure.diagnostics;
  if (first === undefined) return { code: "SQL_FAILED", message: `${step.id} failed.` };
  const cause = [first.cause, ...others.map(({ message }) => message)].filter(Boolean).join(" ");
  const template = templateOf(step);
  const isInTemplate = failure instanceof StatementFailure && template !== undefined;
  const found = isInTemplate ? findInProject(failure, template, context) : {};
  const place = first.place ?? found.place ?? placeOf(step);
  return { ...first, place, frame: found.frame ?? first.frame, cause: cause || undefined };
}

/** Where the engine stumbled, in the file that the user wrote; where nobody can tell, the compiled SQL says so. */
function findInProject(
  failure: StatementFailure,
  template: Template,
  { locate }: Pick<ExecutionContext, "locate">,
): Pick<Diagnostic, "place" | "frame"> {
  const frame = failure.diagnostics[0]?.frame;
  return (
    locate(failure, template) ?? {
      place: template.at ?? { file: template.file },
      frame: frame === undefined ? undefined : `compiled SQL:\n${frame}`,
    }
  );
}

/** What a step's SQL was rendered from; a test in YAML has its place there. */
function templateOf(step: Step): Template | undefined {
  switch (step.kind) {
    case "extract":
    case "seed":
      return undefined;
    case "hook":
    case "model":
      return step.template;
    case "test":
      return step.test.form === "singular" ? step.test.template : undefined;
    case "unit_test":
      return step.template;
  }
}

function placeOf(step: Step): Place | undefined {
  switch (step.kind) {
    case "extract":
      return step.tables[0]?.table.place;
    case "seed":
    case "model":
    case "hook":
      return step.place;
    case "test":
    case "unit_test":
      return step.test.place;
  }
}
