/** What came of a step, as far as those that wait for it are concerned. */
export type Verdict = "ok" | "failed";

export interface Schedulable {
  readonly id: string;
  /** Ids of steps that must end well first; ids that are not scheduled count as done. */
  readonly after: readonly string[];
}

export interface Handlers<Step extends Schedulable> {
  run(step: Step): Promise<Verdict>;
  /** Called once for each step that cannot run; `because` are the failed steps at the root of it. */
  skip(step: Step, because: readonly string[]): Promise<void>;
}

/** Runs steps, at most `limit` at a time, each after those it waits for. What waits for a failed step is skipped. */
export async function runInOrder<Step extends Schedulable>(
  steps: readonly Step[],
  limit: number,
  handlers: Handlers<Step>,
): Promise<void> {
  const waiting = new Map(steps.map((step) => [step.id, step]));
  const scheduled = new Set(waiting.keys());
  const done = new Set<string>();
  /** Failed and skipped steps, each with the failures at its root. */
  const lost = new Map<string, readonly string[]>();
  const running = new Map<string, Promise<void>>();
  let crash: { readonly error: unknown } | undefined;

  const start = (step: Step): Promise<void> =>
    handlers
      .run(step)
      .then((verdict) => {
        if (verdict === "ok") done.add(step.id);
        else lost.set(step.id, [step.id]);
      })
      .catch((error: unknown) => {
        crash ??= { error };
      })
      .finally(() => running.delete(step.id));

  for (;;) {
    for (const step of [...waiting.values()]) {
      const roots = step.after.flatMap((id) => lost.get(id) ?? []);
      if (roots.length > 0) {
        waiting.delete(step.id);
        const because = [...new Set(roots)];
        lost.set(step.id, because);
        await handlers.skip(step, because);
      } else if (
        crash === undefined &&
        running.size < limit &&
        step.after.every((id) => done.has(id) || !scheduled.has(id))
      ) {
        waiting.delete(step.id);
        running.set(step.id, start(step));
      }
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (crash !== undefined) throw crash.error;
  if (waiting.size > 0) throw new Error(`steps wait for one another: ${[...waiting.keys()].join(", ")}`);
}
