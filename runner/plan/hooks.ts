import type { RunStatus } from "../core/event.ts";
import type { Model } from "../core/node.ts";
import type { Template } from "../core/template.ts";
import { publicName, publishedName } from "../core/published-name.ts";
import type { RelationName } from "../core/relation.ts";
import type { PlanRequest } from "./request.ts";
import type { HookStep, RunEnd, Step, WriteStep } from "./step.ts";

type Hooking = Pick<PlanRequest, "compiled" | "dialect" | "run" | "state">;

const statuses = ["succeeded", "failed", "interrupted"] as const satisfies readonly RunStatus[];

/**
 * Puts hooks among a plan's steps, each a step of its own. A model waits for its pre-hooks, its readers and tests wait
 * for its post-hooks, and everything waits for the hooks of the run's start.
 */
export function withHooks(
  steps: readonly Step[],
  resolve: (relation: RelationName) => string,
  request: Hooking,
): readonly Step[] {
  const start = startHooks(request);
  const lastStart = start.at(-1)?.id;
  const lastHook = new Map<string, string>();
  const hooked = steps.flatMap((step): readonly Step[] => {
    const node =
      step.kind === "model" ? request.compiled.graph.nodes.get(step.relation) : undefined;
    if (step.kind !== "model" || node?.kind !== "model" || node.hooks === undefined) return [step];
    const { before, after } = modelHooks(node, step, resolve, request);
    const last = after.at(-1);
    if (last !== undefined) lastHook.set(step.id, last.id);
    const ready = before.at(-1)?.id;
    const write = ready === undefined ? step : { ...step, after: [...step.after, ready] };
    return [...before, write, ...after];
  });
  const waiting = hooked.map((step): Step => {
    const isOwn = (id: string) => step.kind === "hook" && step.relation === id;
    const hooks = step.after.flatMap((id) => (isOwn(id) ? [] : (lastHook.get(id) ?? [])));
    const first = step.after.length === 0 && lastStart !== undefined ? [lastStart] : [];
    const more = [...hooks, ...first];
    return more.length === 0 ? step : { ...step, after: [...step.after, ...more] };
  });
  return [...start, ...waiting];
}

function startHooks({ compiled, dialect, run, state }: Hooking): readonly HookStep[] {
  const context = {
    dialect: dialect.name,
    resolve: (relation: RelationName) => publishedName(state, relation),
    run: { id: run.id },
  };
  return chain(
    compiled.runHooks.start.map((template, index) => ({
      ...named("on_run_start", "on_run_start", template, index),
      statement: compiled.hookStatement(template, context),
    })),
    [],
  );
}

/** The hooks of a run's end, for each status that it may have; undefined where there are none. */
export function endHooks(
  { compiled, dialect, run, state }: Hooking,
  inRun: ReadonlySet<RelationName>,
): RunEnd | undefined {
  const { end } = compiled.runHooks;
  if (end.length === 0) return undefined;
  const stepsFor = (status: RunStatus) =>
    end.map((template, index) => ({
      ...named("on_run_end", "on_run_end", template, index),
      after: [],
      statement: compiled.hookStatement(template, {
        dialect: dialect.name,
        resolve: (relation) =>
          inRun.has(relation) ? publicName(state, relation) : publishedName(state, relation),
        run: { id: run.id, status },
      }),
    }));
  const [succeeded, failed, interrupted] = statuses;
  return {
    [succeeded]: stepsFor(succeeded),
    [failed]: stepsFor(failed),
    [interrupted]: stepsFor(interrupted),
  };
}

function modelHooks(
  node: Model,
  step: WriteStep,
  resolve: (relation: RelationName) => string,
  { compiled, dialect, run, state }: Hooking,
): { readonly before: readonly HookStep[]; readonly after: readonly HookStep[] } {
  const hooks = (when: "pre_hook" | "post_hook", templates: readonly Template[], self: string) =>
    templates.map((template, index) => ({
      ...named(`${node.relation}.${when}`, when, template, index),
      relation: node.relation,
      statement: compiled.hookStatement(template, {
        dialect: dialect.name,
        resolve,
        relation: node.relation,
        self,
        run: { id: run.id },
      }),
    }));
  const { pre = [], post = [] } = node.hooks ?? {};
  return {
    before: chain(hooks("pre_hook", pre, publishedName(state, node.relation)), step.after),
    after: chain(hooks("post_hook", post, step.candidate), [step.id]),
  };
}

function named(
  owner: string,
  when: HookStep["when"],
  template: Template,
  index: number,
): Pick<HookStep, "kind" | "id" | "when" | "template" | "place"> {
  const place = template.at ?? { file: template.file, line: 1, column: 1 };
  return { kind: "hook", id: `hook.${owner}.${index + 1}`, when, template, place };
}

/** One after the other, as their author listed them; the first waits for `after`. */
function chain(
  hooks: readonly Omit<HookStep, "after">[],
  after: readonly string[],
): readonly HookStep[] {
  return hooks.map((hook, index) => {
    const before = hooks[index - 1];
    return { ...hook, after: before === undefined ? after : [before.id] };
  });
}
