import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { isTest } from "../core/node.ts";
import type { DataTest, GenericTest } from "../core/data-test.ts";
import type { NodeId, ProjectNode, RelationNode } from "../core/node.ts";
import { summedColumns } from "../core/summed-columns.ts";
import type { RelationName } from "../core/relation.ts";
import { readableColumns } from "../core/technical-columns.ts";

type Nodes = ReadonlyMap<NodeId, ProjectNode>;

/** What data tests ask of relations that these do not have: columns, types, increments, control totals. */
export function testTargetProblems(
  nodes: Nodes,
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): readonly Diagnostic[] {
  return [...nodes.values()].flatMap((node) => {
    if (node.kind !== "test") return [];
    const ofRows = newRowsProblem(node, nodes, parents);
    const problems = [ofRows, ...thresholdProblems(node)].filter((each) => each !== undefined);
    return [...problems, ...assertionProblems(node, nodes)];
  });
}

function assertionProblems(test: DataTest, nodes: Nodes): readonly Diagnostic[] {
  if (test.form === "singular") return [];
  const { assertion } = test;
  switch (assertion.type) {
    case "relationships":
      return unknownColumns(test, relationOf(nodes, assertion.to), [assertion.field]);
    case "freshness":
      return freshnessProblems(test, relationOf(nodes, test.relation), assertion.column);
    case "equal_totals":
      return totalsProblems(test, nodes);
    case "not_null":
    case "unique":
    case "accepted_values":
    case "not_empty_string":
    case "range":
    case "expression":
    case "row_count":
    case "macro":
    case "contract":
    case "snapshot_versions":
      return [];
  }
}

function relationOf(nodes: Nodes, relation: RelationName): RelationNode | undefined {
  const node = nodes.get(relation);
  return node === undefined || isTest(node) ? undefined : node;
}

function unknownColumns(
  test: GenericTest,
  target: RelationNode | undefined,
  wanted: readonly string[],
): readonly Diagnostic[] {
  if (target === undefined) return [];
  const names = readableColumns(target).map((column) => column.name);
  return wanted
    .filter((name) => !names.includes(name))
    .map((name) => ({
      code: "REF_UNKNOWN",
      message: `${target.relation} declares no column "${name}".`,
      place: test.place,
      hint: didYouMean(name, names),
    }));
}

function freshnessProblems(
  test: GenericTest,
  target: RelationNode | undefined,
  name: string,
): readonly Diagnostic[] {
  const unknown = unknownColumns(test, target, [name]);
  if (target === undefined || unknown.length > 0) return unknown;
  const type = readableColumns(target).find((column) => column.name === name)?.type.kind ?? "date";
  if (["date", "timestamp", "timestamptz"].includes(type)) return [];
  return [
    {
      code: "YAML_SCHEMA",
      message: `freshness: ${name} is of type ${type}, which has no age.`,
      place: test.place,
      hint: "Name a column of type date, timestamp or timestamptz.",
    },
  ];
}

/** Sums of another relation's columns, or of a source's, whose totals are those of everything that was extracted. */
function totalsProblems(test: GenericTest, nodes: Nodes): readonly Diagnostic[] {
  if (test.assertion.type !== "equal_totals") return [];
  const { with: other, of, groupBy } = test.assertion;
  const bare = (texts: readonly string[]) => texts.filter((text) => /^[a-z][a-z0-9_]*$/.test(text));
  const here = bare([...of, ...groupBy].map((pair) => pair.here));
  const there = bare([...of, ...groupBy].map((pair) => pair.there));
  const own = unknownColumns(test, relationOf(nodes, test.relation), here);
  if (other.kind === "relation") {
    return [...own, ...unknownColumns(test, relationOf(nodes, other.relation), there)];
  }
  const table = [...nodes.values()].find(
    (node) =>
      node.kind === "source" &&
      (other.name === undefined
        ? node.relation === test.relation
        : `${node.source}.${node.table}` === other.name),
  );
  const report = (message: string, hint: string) => [
    { code: "YAML_SCHEMA" as const, message: `equal_totals: ${message}`, place: test.place, hint },
  ];
  if (table?.kind !== "source") {
    if (other.name !== undefined) return own;
    const message = `${test.relation} is no source table, so its source must be named.`;
    return report(message, "Write with: source.table, such as with: oltp.payment.");
  }
  if (groupBy.length > 0) {
    return report("a source's control totals have no groups.", "Leave group_by out.");
  }
  const isOfExtracts = table.extract.mode === "incremental" && table.totalsOf !== "table";
  if (isOfExtracts && table.relation !== test.relation) {
    const message = `${table.relation} is extracted by increments that overlap, and its control totals count a row each time.`;
    const hint =
      table.connector === "postgres"
        ? `Let the source add up the whole table: totals_of: table at ${table.source}.${table.table}; or compare ${table.relation} itself: with: source.`
        : `Compare ${table.relation} itself: with: source.`;
    return report(message, hint);
  }
  const unknown = [...own, ...unknownColumns(test, table, there)];
  const summed = summedColumns(table).map(({ column }) => column.name);
  const neverSummed = there.find((name) => !summed.includes(name));
  if (unknown.length > 0 || neverSummed === undefined) return unknown;
  const message = `no control total is taken of the column "${neverSummed}" of ${table.source}.${table.table}.`;
  return report(
    message,
    `Name it there, if it is an exact number: control_totals: [${[...summed, neverSummed].join(", ")}]`,
  );
}

/** A threshold above the number of rows that are counted at most would never be met, and the test never fail. */
function thresholdProblems(test: DataTest): readonly Diagnostic[] {
  const { limit, place } = test;
  if (limit === undefined) return [];
  const thresholds = { warn_if: test.warnIf, error_if: test.errorIf };
  return Object.entries(thresholds).flatMap(([setting, threshold]) => {
    if (threshold === undefined) return [];
    const { operator, rows } = threshold;
    const least = operator === ">" ? rows + 1 : operator === ">=" || operator === "=" ? rows : 0;
    if (least <= limit) return [];
    const message = `${setting}: "${operator} ${rows}" is never true, for limit: ${limit} counts no further.`;
    return [{ code: "YAML_SCHEMA", message, place, hint: "Raise the limit, or leave it out." }];
  });
}

/** Only what is added to has new rows apart from old ones. */
function newRowsProblem(
  test: DataTest,
  nodes: Nodes,
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): Diagnostic | undefined {
  if (test.newRowsOnly !== true) return undefined;
  const tested =
    test.form === "generic" ? [test.relation] : (parents.get(`test.${test.name}`) ?? []);
  const isAddedTo = tested.some((id) => {
    const node = nodes.get(id);
    return (
      node?.kind === "model" && ["incremental", "snapshot"].includes(node.materialization.type)
    );
  });
  if (isAddedTo) return undefined;
  return {
    code: "YAML_SCHEMA",
    message: `new_rows_only: ${tested.join(", ") || test.name} is not incremental, so all of its rows are new in each build.`,
    place: test.place,
    hint: "Leave it out.",
  };
}
