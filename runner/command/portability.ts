import type { CompiledProject } from "../compile/compile.ts";
import { portabilityDiagnostics } from "../compile/portability.ts";
import type { DataTest } from "../core/data-test.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { nodeId } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import type { Template } from "../core/template.ts";
import { findPortabilityProblems } from "../dialect/portability.ts";
import { checkForRedshift } from "./check-redshift.ts";
import type { QueryNodes } from "./check-redshift.ts";
import type { LinkedProject } from "./project.ts";
import { declaredTarget } from "./target.ts";

interface Selection {
  readonly linked: LinkedProject;
  readonly compiled: CompiledProject;
  readonly selected: ReadonlySet<NodeId>;
  readonly target: string | undefined;
}

/**
 * On a Redshift target, refuses what is selected and does not port, as `runner check` would: a run would find some of it
 * in its middle, and of some of it only other numbers. Hooks may be for one engine alone, and are not judged.
 */
export async function assertPortable(selection: Selection): Promise<void> {
  const { linked, compiled, selected, target } = selection;
  if (declaredTarget(linked.project, target).declared.engine !== "redshift") return;
  const isSelected = (node: ProjectNode) => selected.has(nodeId(node));
  const { models, tests, unitTests } = linked.project;
  const nodes = {
    models: models.filter(isSelected),
    tests: tests.filter(isSelected),
    unitTests: unitTests.filter(isSelected),
  };
  const told = portabilityOf(nodes);
  const diagnostics = told.length > 0 ? told : await checkForRedshift(nodes, compiled);
  if (diagnostics.length > 0) throw new Failure(diagnostics);
}

/** What means another thing, or nothing, on one of the engines, by the words of the texts. */
export function portabilityOf({ models, tests, unitTests }: QueryNodes): readonly Diagnostic[] {
  const templates = [
    ...models.map((model) => model.template),
    ...tests.flatMap((test) => (test.form === "singular" ? [test.template] : [])),
    ...unitTests.flatMap(({ subject }) => (subject.kind === "query" ? [subject.template] : [])),
  ];
  return [...templates.flatMap(portabilityOfTemplate), ...tests.flatMap(portabilityOfConditions)];
}

export function portabilityOfTemplate(template: Template): readonly Diagnostic[] {
  return portabilityDiagnostics(template, findPortabilityProblems);
}

/** SQL that stands in a data test's YAML is short: its problems are told at the test. */
function portabilityOfConditions(test: DataTest): readonly Diagnostic[] {
  if (test.form !== "generic") return [];
  const { assertion, where, place } = test;
  const written = {
    expression: assertion.type === "expression" ? [assertion.expression] : [],
    totals:
      assertion.type === "equal_totals"
        ? [...assertion.of, ...assertion.groupBy].flatMap(({ here, there }) => [here, there])
        : [],
  };
  const texts = [...written.expression, ...written.totals, where];
  return texts
    .filter((text) => text !== undefined)
    .flatMap(findPortabilityProblems)
    .map(({ message, hint }) => ({ code: "SQL_NOT_PORTABLE", message, place, hint }));
}
