import { printColumnType } from "../core/column-type.ts";
import type { ColumnType } from "../core/column-type.ts";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { readThroughEphemeral } from "../core/read-through.ts";
import { isTest } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import type { FixtureRow, GivenRows, UnitTest } from "../core/unit-test.ts";
import { readableColumns } from "../core/technical-columns.ts";
import { describeForm, fitsType } from "../core/typed-text.ts";

interface TypedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

type Nodes = ReadonlyMap<NodeId, ProjectNode>;

/** What is wrong with the rows of unit tests: names that nothing has, and values that do not fit their column. */
export function unitTestProblems(
  nodes: Nodes,
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): readonly Diagnostic[] {
  return [...nodes.values()].flatMap((node) =>
    node.kind === "unit_test" ? problemsOf(node, nodes, parents) : [],
  );
}

function problemsOf(
  test: UnitTest,
  nodes: Nodes,
  parents: ReadonlyMap<NodeId, readonly NodeId[]>,
): readonly Diagnostic[] {
  const { subject } = test;
  const reader: NodeId = subject.kind === "model" ? subject.relation : `unit_test.${test.name}`;
  const model = subject.kind === "model" ? nodes.get(subject.relation) : undefined;
  const own =
    subject.kind === "query" ? subject.columns : model?.kind === "model" ? model.columns : [];
  const direct = parents.get(reader) ?? [];
  // What an ephemeral model reads can be given as well as its own rows.
  const read = [...new Set([...direct, ...readThroughEphemeral(reader, { nodes, parents })])];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const given of test.given) {
    const found = findInput(given, { test, own, read, nodes });
    if ("code" in found) {
      diagnostics.push(found);
      continue;
    }
    if (seen.has(found.name)) {
      const message = `${found.name} is given twice.`;
      diagnostics.push(invalid(message, given.place, "Put all of its rows under one."));
    }
    seen.add(found.name);
    diagnostics.push(...rowProblems(given.rows, found));
  }
  const isByInterval =
    model?.kind === "model" &&
    model.materialization.type === "incremental" &&
    model.materialization.strategy === "by_interval";
  if (isByInterval && (test.since === undefined || test.until === undefined)) {
    const message = `${model.relation} is built by interval, and this test does not say which.`;
    const hint = "Give the interval's bounds: since: 2026-03-01, until: 2026-03-02.";
    diagnostics.push(invalid(message, test.place, hint));
  }
  const expected = subject.kind === "model" ? subject.relation : "expect";
  diagnostics.push(...rowProblems(test.expected.rows, { name: expected, columns: own }));
  return diagnostics;
}

interface Input {
  readonly name: string;
  readonly columns: readonly TypedColumn[];
}

interface Surroundings {
  readonly test: UnitTest;
  readonly own: readonly TypedColumn[];
  readonly read: readonly NodeId[];
  readonly nodes: Nodes;
}

/** The relation that given rows stand in for; it must be one that is read, or the rows would go nowhere. */
function findInput(
  { input, place }: GivenRows,
  { test, own, read, nodes }: Surroundings,
): Input | Diagnostic {
  if (input.kind === "inline") return input;
  if (input.kind === "this") {
    if (test.subject.kind === "model") return { name: "this", columns: own };
    const hint = "Name the rows, and read them by that name.";
    return invalid("Only a model has a {{this}} to be given.", place, hint);
  }
  const inputs = read.flatMap((id) => {
    const node = nodes.get(id);
    if (node === undefined || isTest(node)) return [];
    const names = node.kind === "source" ? [`${node.source}.${node.table}`] : [];
    return [{ node, names: [node.relation, ...names] }];
  });
  const found = inputs.find(({ names }) => names.includes(input.name));
  if (found !== undefined) {
    return { name: found.node.relation, columns: readableColumns(found.node) };
  }
  const reader = test.subject.kind === "model" ? test.subject.relation : test.name;
  const known = inputs.flatMap(({ names }) => names.at(-1) ?? []);
  const otherwise = known.length > 0 ? `It reads ${known.join(", ")}.` : "It reads no relation.";
  const hint = didYouMean(
    input.name,
    inputs.flatMap(({ names }) => names),
    otherwise,
  );
  return {
    code: "REF_UNKNOWN",
    message: `${reader} does not read "${input.name}".`,
    place,
    hint,
  };
}

function rowProblems(rows: readonly FixtureRow[], { name, columns }: Input): Diagnostic[] {
  const names = columns.map((column) => column.name);
  return rows.flatMap(({ cells }) =>
    cells.flatMap(({ column: wanted, value, place }) => {
      const column = columns.find((declared) => declared.name === wanted);
      if (column === undefined) {
        const message = `${name} has no column "${wanted}".`;
        return [invalid(message, place, didYouMean(wanted, names, `It has ${names.join(", ")}.`))];
      }
      if (value === null || fits(value, column.type)) return [];
      const message = `"${value}" is no ${printColumnType(column.type)} for ${wanted}.`;
      return [invalid(message, place, describeForm(column.type))];
    }),
  );
}

/** A day alone is its midnight. */
function fits(value: string, type: ColumnType): boolean {
  if (fitsType(value, type)) return true;
  return type.kind === "timestamp" && fitsType(value, { kind: "date" });
}

function invalid(message: string, place: Place, hint?: string): Diagnostic {
  return { code: "UNIT_TEST_INVALID", message, place, hint };
}
