import type { Dialect } from "../core/dialect.ts";
import type { DataTest } from "../core/data-test.ts";
import type { NodeId } from "../core/node.ts";
import type { UnitTest } from "../core/unit-test.ts";
import type { RelationName } from "../core/relation.ts";
import { failuresTable } from "./failures-table.ts";
import type { PlanRequest } from "./request.ts";
import type { ExtractStep, SourceTotals, Step, TestStep, UnitTestStep, WriteStep } from "./step.ts";

interface TestRequest {
  readonly test: DataTest;
  readonly after: readonly string[];
  readonly guards: readonly RelationName[];
  readonly resolve: (relation: RelationName) => string;
  /** Steps of this run that make relations. */
  readonly made: readonly Step[];
  readonly request: PlanRequest;
}

export function planTest({ test, after, guards, resolve, made, request }: TestRequest): TestStep {
  const { compiled, dialect, run, failures } = request;
  const tested = test.newRowsOnly === true ? newRows(made, resolve) : resolve;
  return {
    kind: "test",
    id: `test.${test.name}`,
    after,
    test,
    query: compiled.testQuery(test, {
      dialect: dialect.name,
      resolve: tested,
      now: run.startedAt,
    }),
    guards,
    totals: sourceTotals(test, made, request),
    failuresTable: failuresTable(test.name),
    storesFailures: test.storeFailures ?? failures?.store ?? false,
    shownRows: failures?.shownRows,
  };
}

/** Reads this run's delta instead of what it will be merged into; a relation that is built anew is all new. */
function newRows(
  made: readonly Step[],
  resolve: (relation: RelationName) => string,
): (relation: RelationName) => string {
  const deltas = new Map(
    made
      .filter((step): step is WriteStep => step.kind === "model" && step.mode === "delta")
      .map((step) => [step.relation, step.counted]),
  );
  return (relation) => deltas.get(relation) ?? resolve(relation);
}

function sourceTotals(
  test: DataTest,
  made: readonly Step[],
  { compiled, state }: PlanRequest,
): SourceTotals | undefined {
  if (test.form === "singular" || test.assertion.type !== "equal_totals") return undefined;
  const { with: other } = test.assertion;
  if (other.kind === "relation") return undefined;
  const parents = compiled.graph.parents.get(`test.${test.name}`) ?? [];
  const relation = ([...parents] as RelationName[]).reverse().find((parent) => {
    const node = compiled.graph.nodes.get(parent);
    if (node?.kind !== "source") return false;
    return other.name === undefined || `${node.source}.${node.table}` === other.name;
  });
  if (relation === undefined) throw new Error(`${test.name} names no source table`);
  const extraction = made
    .filter((step): step is ExtractStep => step.kind === "extract")
    .flatMap((step) => step.tables)
    .find(({ table }) => table.relation === relation);
  return {
    relation,
    // A raw table has a row as often as it was extracted; what is made of it has it once.
    of: relation === test.relation ? "extracts" : "table",
    files: extraction?.keptFiles ?? state.manifests.get(relation)?.files ?? [],
    table: state.manifests.get(relation)?.totals,
    extractedNow: extraction && { since: extraction.since },
  };
}

/** A unit test needs nothing that a run makes, and comes before the model that it tests. */
export function planUnitTest(
  test: UnitTest,
  inRun: ReadonlySet<NodeId>,
  { compiled, dialect }: { readonly compiled: PlanRequest["compiled"]; readonly dialect: Dialect },
): UnitTestStep {
  const { subject } = test;
  const guards = subject.kind === "model" && inRun.has(subject.relation) ? [subject.relation] : [];
  return {
    kind: "unit_test",
    id: `unit_test.${test.name}`,
    after: [],
    test,
    ...compiled.unitTestQueries(test, dialect),
    guards,
  };
}
