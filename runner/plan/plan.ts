import type { Diagnostic } from "../core/diagnostic.ts";
import type { DataTest } from "../core/data-test.ts";
import type { NodeId, RelationNode } from "../core/node.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { UnitTest } from "../core/unit-test.ts";
import { publishedName } from "../core/published-name.ts";
import { readThroughEphemeral } from "../core/read-through.ts";
import type { RelationName } from "../core/relation.ts";
import { planEnvironment, withoutReleased } from "./environment.ts";
import { planExtraction } from "./extraction.ts";
import { neverExtracted, withoutExtraction } from "./from-raw.ts";
import { endHooks, withHooks } from "./hooks.ts";
import { levels } from "./levels.ts";
import { withQuarantines } from "./quarantines.ts";
import type { PlanRequest } from "./request.ts";
import type { Plan, PublishGroup, Step } from "./step.ts";
import { planTest, planUnitTest } from "./test-steps.ts";
import { planModel } from "./write/model.ts";
import { refusedRefresh } from "./write/safeguards.ts";
import { planSeed } from "./write/seed.ts";

export interface PlanResult {
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

/** Turns a selection into steps with final statements. Reads nothing and changes nothing. */
export function plan(given: PlanRequest): PlanResult {
  const { released, changedSources, ...planned } = planEnvironment(withoutExtraction(given));
  const request = { ...given, state: withoutReleased(given.state, released) };
  const { compiled, state, dialect, run } = request;
  const { graph } = compiled;
  const selected = withQuarantines(planned.selected, graph);
  const diagnostics: Diagnostic[] = [];
  const notes: string[] = [];
  const relations: RelationNode[] = [];
  const tests: DataTest[] = [];
  const unitTests: UnitTest[] = [];
  for (const [id, node] of graph.nodes) {
    if (!selected.has(id)) continue;
    if (node.kind === "test") tests.push(node);
    else if (node.kind === "unit_test") unitTests.push(node);
    else relations.push(node);
  }
  diagnostics.push(...refusedRefresh(relations, request));
  const inRun = new Set(relations.map((node) => node.relation));
  const resolve = (relation: RelationName) =>
    inRun.has(relation) ? dialect.physical(relation, run.id) : publishedName(state, relation);

  // An ephemeral model that is no part of the run has no step to wait for.
  const parentsOf = (id: NodeId) => readThroughEphemeral(id, graph, inRun);
  const missingOf = (id: NodeId) =>
    parentsOf(id).filter((parent) => !inRun.has(parent) && !state.published.has(parent));
  const unextracted = new Set<RelationName>();
  for (const node of relations) {
    const missing = missingOf(node.relation).filter((parent) => {
      const isExpected = given.from === "raw" && graph.nodes.get(parent)?.kind === "source";
      if (isExpected) unextracted.add(parent);
      return !isExpected;
    });
    if (missing.length > 0) diagnostics.push(neverBuilt(node, missing));
  }
  if (unextracted.size > 0) diagnostics.push(neverExtracted([...unextracted]));
  const untestable = tests
    .map((test) => ({ test, missing: missingOf(`test.${test.name}`) }))
    .filter(({ missing }) => missing.length > 0);
  const blocked = new Set(untestable.map(({ test }) => test));
  const testable = tests.filter((test) => !blocked.has(test));

  const guardsOf = (test: DataTest): readonly RelationName[] => {
    if (test.form === "generic" && inRun.has(test.relation)) return [test.relation];
    return parentsOf(`test.${test.name}`).filter((parent) => inRun.has(parent));
  };
  const level = levels(graph);
  const gates = new Map<RelationName, DataTest[]>();
  for (const test of testable) {
    if (test.severity !== "error") continue;
    for (const guarded of guardsOf(test)) gates.set(guarded, [...(gates.get(guarded) ?? []), test]);
  }
  const stepOf = stepIds(relations);
  const afterRelation = (relation: RelationName): string[] => {
    const own = level(relation);
    return parentsOf(relation)
      .filter((parent) => inRun.has(parent))
      .flatMap((parent) => {
        const before = (gates.get(parent) ?? [])
          .filter((test) => level(`test.${test.name}`) < own)
          .map((test) => `test.${test.name}`);
        return [stepOf(parent), ...before];
      });
  };

  const unitTestSteps = unitTests.map((test) => planUnitTest(test, inRun, request));
  const unitTestsOf = new Map<RelationName, string[]>();
  for (const { id, guards } of unitTestSteps) {
    for (const relation of guards) {
      unitTestsOf.set(relation, [...(unitTestsOf.get(relation) ?? []), id]);
    }
  }
  const levelled: { readonly step: Step; readonly level: number }[] = unitTestSteps.map((step) => ({
    step,
    level: level(step.id as NodeId),
  }));
  for (const [source, tables] of tablesBySource(relations)) {
    const step = planExtraction({ source, tables, state, request, candidate: resolve, notes });
    levelled.push({ step, level: Math.min(...tables.map((table) => level(table.relation))) });
  }
  for (const node of relations) {
    if (node.kind === "source") continue;
    const after = [
      ...new Set([...(unitTestsOf.get(node.relation) ?? []), ...afterRelation(node.relation)]),
    ];
    const step =
      node.kind === "seed"
        ? planSeed(node, after, request)
        : planModel({ node, after, inRun, resolve, request, diagnostics, notes });
    levelled.push({ step, level: level(node.relation) });
  }
  const made = levelled.map(({ step }) => step);
  for (const test of testable) {
    const id = `test.${test.name}` as const;
    const reads = parentsOf(id).filter((parent) => inRun.has(parent));
    const after = [...new Set(reads.map(stepOf))];
    const step = planTest({ test, after, guards: guardsOf(test), resolve, made, request });
    levelled.push({ step, level: level(id) });
  }
  // Whatever a step waits for stands on a lower level.
  const ordered = levelled.sort((a, b) => a.level - b.level).map(({ step }) => step);
  const end = endHooks(request, inRun);
  const steps = withHooks(ordered, resolve, request);
  return {
    plan: {
      run,
      groups: request.groups ?? [gold(request.selected)],
      steps,
      released,
      changedSources,
      untestable,
      notes,
      ...(end === undefined ? {} : { end }),
    },
    diagnostics,
  };
}

/** So that a fact never meets the dimensions of another build. */
function gold(selected: ReadonlySet<NodeId>): PublishGroup {
  const isGold = (id: NodeId): id is RelationName => id.startsWith("gold.");
  return { name: "gold", relations: new Set([...selected].filter(isGold)) };
}

function stepIds(relations: readonly RelationNode[]): (relation: RelationName) => string {
  const extracted = new Map(
    relations.flatMap((node) =>
      node.kind === "source" ? [[node.relation, `extract.${node.source}`] as const] : [],
    ),
  );
  return (relation) => extracted.get(relation) ?? relation;
}

function tablesBySource(
  relations: readonly RelationNode[],
): ReadonlyMap<string, readonly SourceTable[]> {
  const bySource = new Map<string, SourceTable[]>();
  for (const node of relations) {
    if (node.kind !== "source") continue;
    bySource.set(node.source, [...(bySource.get(node.source) ?? []), node]);
  }
  return bySource;
}

function neverBuilt(node: RelationNode, missing: readonly RelationName[]): Diagnostic {
  const never = missing.length === 1 ? "which has never been built" : "which were never built";
  return {
    code: "UPSTREAM_MISSING",
    message: `${node.relation} reads ${missing.join(", ")}, ${never}.`,
    place: node.place,
    hint: `Build what it needs with it: runner build --select +${node.relation}`,
  };
}
