import type { Dialect, Replacement } from "../core/dialect.ts";
import type { Incremental } from "../core/materialization.ts";
import type { Model } from "../core/node.ts";
import type { Template } from "../core/template.ts";
import type { FixtureRow, UnitTest } from "../core/unit-test.ts";
import type { RelationName } from "../core/relation.ts";
import { replacementOf } from "../core/replacement.ts";
import { snapshotRules } from "../core/snapshot-rules.ts";
import type { RenderContext } from "./renderer.ts";
import { cteName, givenNames, givenRelations, withGiven } from "./unit-test-given.ts";
import type { Cte, Surroundings } from "./unit-test-given.ts";
import { asTexts, fixtureQuery } from "./unit-test-rows.ts";
import type { TypedColumn } from "./unit-test-rows.ts";

/** The two sides of a unit test, both as rows of texts, so that engines compare them alike and exactly. */
export interface UnitTestQueries {
  readonly actual: string;
  readonly expected: string;
  readonly columns: readonly string[];
  /** The compared columns by which rows of both sides belong together; empty when no key is among them. */
  readonly key: readonly string[];
  /** What `query`, a part of `actual`, was rendered from. */
  readonly template: Template;
  readonly query: string;
}

/** Later than any row, so that an increment has no end unless a test wants one. */
const lateTime = "2100-01-01T00:00:00.000Z";
const thisTable = "given__this";
const sourceRows = "unit_test__source";
const delta = "unit_test__delta";

/** The queries of a unit test. Every relation that it reads is a CTE of its given rows; nothing is read from a table. */
export function unitTestQueries(test: UnitTest, surroundings: Surroundings): UnitTestQueries {
  return test.subject.kind === "model"
    ? modelQueries(test, modelOf(test.subject.relation, surroundings), surroundings)
    : queryQueries(test, surroundings);
}

function modelOf(relation: RelationName, { graph }: Surroundings): Model {
  const node = graph.nodes.get(relation);
  if (node?.kind !== "model") throw new Error(`${relation} is no model`);
  return node;
}

function modelQueries(test: UnitTest, model: Model, surroundings: Surroundings): UnitTestQueries {
  const { dialect } = surroundings;
  const published = publishedRows(test, model);
  const given = [
    ...givenRelations(test, model.relation, surroundings),
    { name: thisTable, query: fixtureQuery(model.columns, published, dialect) },
  ];
  const compared = comparedColumns(test, model.columns);
  const { query, rows, staged = [] } = builtRows(test, model, published, surroundings);
  return {
    template: model.template,
    query,
    columns: compared.map(({ name }) => name),
    key: keyAmong(model.key, compared),
    expected: expectedQuery(test, compared, dialect),
    actual: withGiven([...given, ...staged], asTexts(compared, rows)),
  };
}

/** Versions of a snapshot are told apart by an id, which need not be given. */
function publishedRows(test: UnitTest, model: Model): readonly FixtureRow[] {
  const rows = test.given.find(({ input }) => input.kind === "this")?.rows ?? [];
  if (model.materialization.type !== "snapshot") return rows;
  return rows.map((row, index) => {
    if (row.cells.some(({ column }) => column === "snapshot_id")) return row;
    const id = { column: "snapshot_id", value: `given ${String(index + 1)}`, place: row.place };
    return { ...row, cells: [...row.cells, id] };
  });
}

interface BuiltRows {
  /** The model's own query, as rendered. */
  readonly query: string;
  /** What readers would see once it is built. */
  readonly rows: string;
  readonly staged?: readonly Cte[];
}

/** What a build would publish: the query's rows or, where the model grows, what is given as published joined by them. */
function builtRows(
  test: UnitTest,
  model: Model,
  published: readonly FixtureRow[],
  surroundings: Surroundings,
): BuiltRows {
  const { dialect, modelQuery } = surroundings;
  const { materialization, columns } = model;
  const context: RenderContext = {
    dialect: dialect.name,
    resolve: cteName,
    given: givenNames(test, surroundings),
    self: thisTable,
    vars: test.vars,
  };
  const names = columns.map(({ name }) => name);
  switch (materialization.type) {
    case "table":
    case "view":
    case "ephemeral": {
      const query = modelQuery(model, context);
      return { query, rows: query };
    }
    case "incremental": {
      const isFirst = published.length === 0 && test.since === undefined;
      const isByInterval = materialization.strategy === "by_interval";
      if (isFirst && !isByInterval) {
        const query = modelQuery(model, context);
        return { query, rows: query };
      }
      const increment = incrementOf(test, model, materialization, dialect);
      const query = modelQuery(model, { ...context, increment });
      const replace: Replacement =
        materialization.strategy === "by_interval"
          ? { by: "ranges", column: materialization.cursor, ranges: [increment] }
          : replacementOf(materialization, columns);
      const rows = dialect.mergedQuery({ published: thisTable, delta, replace, columns: names });
      return { query, rows, staged: [{ name: delta, query }] };
    }
    case "snapshot": {
      const query = modelQuery(model, context);
      const now = dialect.literal(test.now ?? lateTime, { kind: "timestamp" });
      const rules = snapshotRules({ columns, materialization }, now);
      const source = { name: sourceRows, query };
      if (published.length === 0) {
        return { query, rows: dialect.firstVersions(sourceRows, rules), staged: [source] };
      }
      const changed = dialect.changedVersions({ source: sourceRows, published: thisTable }, rules);
      const rows = dialect.mergedQuery({
        published: thisTable,
        delta,
        replace: {
          by: "values",
          columns: [{ name: "snapshot_id", type: { kind: "varchar" }, nullable: false }],
        },
        columns: names,
      });
      return { query, rows, staged: [source, { name: delta, query: changed }] };
    }
    default:
      return materialization satisfies never;
  }
}

/** The increment begins at the highest published value, as in a build, unless the test says where. */
function incrementOf(
  test: UnitTest,
  model: Model,
  { cursor }: Incremental,
  dialect: Dialect,
): { readonly since: string; readonly until: string } {
  const type = model.columns.find(({ name }) => name === cursor)?.type ?? { kind: "timestamp" };
  return {
    since:
      test.since === undefined
        ? `(select max(${cursor}) from ${thisTable})`
        : dialect.literal(test.since, type),
    until: dialect.literal(test.until ?? test.now ?? lateTime, type),
  };
}

/** A query of tests/unit, which reads its given rows by the names that they have there. */
function queryQueries(test: UnitTest, surroundings: Surroundings): UnitTestQueries {
  if (test.subject.kind !== "query") throw new Error(`${test.name} has no query`);
  const { template, columns } = test.subject;
  const { dialect, templateQuery } = surroundings;
  const given = [
    ...givenRelations(test, `unit_test.${test.name}`, surroundings),
    ...test.given.flatMap(({ input, rows }) =>
      input.kind === "inline"
        ? [{ name: input.name, query: fixtureQuery(input.columns, rows, dialect) }]
        : [],
    ),
  ];
  const query = templateQuery(template, {
    dialect: dialect.name,
    resolve: cteName,
    given: givenNames(test, surroundings),
    vars: test.vars,
  });
  return {
    template,
    query,
    columns: columns.map(({ name }) => name),
    key: [],
    expected: expectedQuery(test, columns, dialect),
    actual: withGiven(given, asTexts(columns, query)),
  };
}

/** Those that an expected row names, in the model's order; all, when no row is expected. */
function comparedColumns(test: UnitTest, columns: readonly TypedColumn[]): readonly TypedColumn[] {
  const { rows } = test.expected;
  const named = new Set(rows.flatMap(({ cells }) => cells.map(({ column }) => column)));
  return rows.length === 0 ? columns : columns.filter(({ name }) => named.has(name));
}

/** A part of a key would bring together rows that have nothing to do with one another. */
function keyAmong(key: readonly string[], compared: readonly TypedColumn[]): readonly string[] {
  const names = compared.map(({ name }) => name);
  return key.every((column) => names.includes(column)) ? key : [];
}

function expectedQuery(test: UnitTest, columns: readonly TypedColumn[], dialect: Dialect): string {
  return asTexts(columns, fixtureQuery(columns, test.expected.rows, dialect));
}
