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

export interface Limits {
  /** Steps that run at the same time, at most. */
  readonly limit: number;
  /** Once aborted, no step begins any more; those that run come to their end. */
  readonly signal?: AbortSignal;
}

/**
 * Runs steps, each after those it waits for. What waits for a failed step is skipped. A handler that throws lets
 * nothing more begin; its error is thrown when all that runs has ended.
 */
export async function runInOrder<Step extends Schedulable>(
  steps: readonly Step[],
  { limit, signal }: Limits,
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

  /** How many steps were lost when the list was last looked through: thousands of sound ones need no look each. */
  let lookedThrough = 0;
  /** Skips what has become impossible, wherever in the list it stands. */
  const skipLost = async (): Promise<void> => {
    while (lookedThrough !== lost.size) {
      lookedThrough = lost.size;
      for (const step of [...waiting.values()]) {
        const because = [...new Set(step.after.flatMap((id) => lost.get(id) ?? []))];
        if (because.length === 0) continue;
        waiting.delete(step.id);
        lost.set(step.id, because);
        await handlers.skip(step, because);
      }
    }
  };

  for (;;) {
    await skipLost().catch((error: unknown) => {
      crash ??= { error };
    });
    for (const step of waiting.values()) {
      if (crash !== undefined || signal?.aborted === true || running.size >= limit) break;
      if (!step.after.every((id) => done.has(id) || !scheduled.has(id))) continue;
      waiting.delete(step.id);
      running.set(step.id, start(step));
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (crash !== undefined) throw crash.error;
  if (waiting.size > 0 && signal?.aborted !== true) {
    throw new Error(`steps wait for one another: ${[...waiting.keys()].join(", ")}`);
  }
}
