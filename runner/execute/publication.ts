import type { StepStatus, Withheld } from "../core/event.ts";
import type { RelationName } from "../core/relation.ts";
import type { Plan, Step } from "../plan/step.ts";

export interface PublicationDecision {
  readonly publish: ReadonlySet<RelationName>;
  readonly withheld: readonly Withheld[];
}

/**
 * Which candidates may be seen: those that were written, whose tests passed, and that read nothing withheld.
 * A group goes out whole or not at all, as gold does, so that a fact never meets the dimensions of another build.
 * A step without a status never ran.
 */
export function decidePublication(
  plan: Pick<Plan, "steps" | "groups">,
  statuses: ReadonlyMap<string, StepStatus>,
): PublicationDecision {
  const reasons = new Map<RelationName, string>();
  const statusOf = (step: Step) => statuses.get(step.id) ?? "skipped";
  const writes = plan.steps.filter(({ kind }) => kind !== "hook");
  const built = new Set(writes.filter((step) => statusOf(step) === "ok").flatMap(relationsOf));
  const written = writes.flatMap(relationsOf);
  const groups = plan.groups.map(({ name, relations }) => ({
    name,
    members: written.filter((relation) => relations.has(relation)),
  }));
  const withhold = (relation: RelationName, because: string) => {
    if (!reasons.has(relation)) reasons.set(relation, because);
  };
  // What is withheld holds back its readers and its group, which may have readers again.
  const spread = () => {
    for (let before = -1; before !== reasons.size;) {
      before = reasons.size;
      withholdReaders(plan.steps, reasons, withhold);
      for (const { name, members } of groups) {
        const lost = members.find((relation) => reasons.has(relation));
        if (lost === undefined) continue;
        const loss = built.has(lost) ? "is withheld" : "was not built";
        for (const relation of members) {
          withhold(relation, `${name} is published whole, and ${lost} ${loss}`);
        }
      }
    }
  };
  const object = (objectionTo: (step: Step, status: StepStatus) => string | undefined) => {
    for (const step of plan.steps) {
      const because = objectionTo(step, statusOf(step));
      if (because === undefined) continue;
      const isTest = step.kind === "test" || step.kind === "unit_test";
      const objected = isTest ? step.guards : relationsOf(step);
      for (const relation of objected) withhold(relation, because);
    }
    spread();
  };
  object(fault);
  // What went wrong tells more than the tests that did not come to it, and mostly covers what they guard.
  object(omission);
  const publishable = plan.steps.filter((step) => !isEphemeral(step)).flatMap(relationsOf);
  return {
    publish: new Set(publishable.filter((relation) => !reasons.has(relation))),
    withheld: [...reasons].map(([relation, because]) => ({
      relation,
      because,
      isBuilt: built.has(relation),
    })),
  };
}

/** An ephemeral model stands inside its readers: there is nothing of its own to publish. */
export function isEphemeral(step: Step): boolean {
  return step.kind === "model" && step.mode === "ephemeral";
}

/** Steps come after what they read, so one pass carries a reason all the way down. */
function withholdReaders(
  steps: readonly Step[],
  reasons: ReadonlyMap<RelationName, string>,
  withhold: (relation: RelationName, because: string) => void,
): void {
  const relationsOfStep = new Map(steps.map((step) => [step.id, relationsOf(step)]));
  for (const step of steps) {
    if (step.kind === "test" || step.kind === "unit_test") continue;
    const read = step.after.flatMap((id) => relationsOfStep.get(id) ?? []);
    const lost = read.find((relation) => reasons.has(relation));
    if (lost === undefined) continue;
    for (const relation of relationsOf(step)) withhold(relation, `it reads ${lost}`);
  }
}

/** What a step's end says against publishing; a test that only warns says nothing, whether it ran or not. */
function fault(step: Step, status: StepStatus): string | undefined {
  if (status === "ok" || status === "warned") return undefined;
  if (step.kind === "hook") return `${step.id} ${status === "failed" ? "failed" : "did not run"}`;
  if (step.kind === "unit_test") return status === "failed" ? `${step.id} failed` : undefined;
  if (step.kind !== "test") return `${step.id} was not built`;
  return step.test.severity === "error" && status === "failed" ? `${step.id} failed` : undefined;
}

function omission(step: Step, status: StepStatus): string | undefined {
  const isGate =
    step.kind === "unit_test" || (step.kind === "test" && step.test.severity === "error");
  const isMissed = isGate && status === "skipped";
  return isMissed ? `${step.id} did not run` : undefined;
}

/** What a step would make public. */
export function relationsOf(step: Step): readonly RelationName[] {
  switch (step.kind) {
    case "extract":
      return step.tables.map(({ table }) => table.relation);
    case "seed":
    case "model":
      return [step.relation];
    case "hook":
      return step.relation === undefined ? [] : [step.relation];
    case "test":
    case "unit_test":
      return [];
  }
}
