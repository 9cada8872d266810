import type { SubmissionCost } from "../core/engine-load.ts";
import type { Engine } from "../core/ports.ts";

/** What some work asked of an engine, where the engine tells and something was asked. */
export interface Asked {
  readonly submissions?: readonly SubmissionCost[];
}

/**
 * A context whose engine notes what is asked by way of it, whoever else asks the same engine meanwhile; `asked` tells
 * what that was so far.
 */
export function metered<Context extends { readonly engine: Engine }>(
  context: Context,
): { readonly context: Context; readonly asked: () => Asked } {
  const submissions: SubmissionCost[] = [];
  const engine = context.engine.metered?.((cost) => submissions.push(cost)) ?? context.engine;
  return {
    context: { ...context, engine },
    asked: () => (submissions.length === 0 ? {} : { submissions: [...submissions] }),
  };
}
