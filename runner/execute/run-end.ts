import type { RunStatus, StepOutcome } from "../core/event.ts";
import type { HookStep, Plan } from "../plan/step.ts";

/**
 * Runs the hooks of a run's end, one after the other and all of them, whichever fails. Returns the status that the run
 * then has: what was published stays so, but a run with a failed hook has not succeeded.
 */
export async function runEnd(
  { end }: Pick<Plan, "end">,
  reached: RunStatus,
  carryOut: (hook: HookStep) => Promise<StepOutcome>,
): Promise<RunStatus> {
  let status = reached;
  for (const hook of end?.[reached] ?? []) {
    const outcome = await carryOut(hook);
    if (outcome.status === "failed" && reached === "succeeded") status = "failed";
  }
  return status;
}
