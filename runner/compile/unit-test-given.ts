import type { Dialect } from "../core/dialect.ts";
import { isTest } from "../core/node.ts";
import type { Model, NodeId } from "../core/node.ts";
import type { Template } from "../core/template.ts";
import type { UnitTest } from "../core/unit-test.ts";
import { baseName, zoneOf } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { readThroughEphemeral } from "../core/read-through.ts";
import { readableColumns } from "../core/technical-columns.ts";
import type { Graph } from "../graph/graph.ts";
import type { RenderContext } from "./renderer.ts";
import { fixtureQuery, rowsQuery } from "./unit-test-rows.ts";

/** What the queries of a unit test are made with. */
export interface Surroundings {
  readonly graph: Graph;
  readonly dialect: Dialect;
  readonly sourceRelations: ReadonlyMap<string, RelationName>;
  /** Renders a model or a query, with the ephemeral models that are not given inside it. */
  readonly modelQuery: (model: Model, context: RenderContext) => string;
  readonly templateQuery: (template: Template, context: RenderContext) => string;
}

/** A common table expression. */
export interface Cte {
  readonly name: string;
  readonly query: string;
}

/** What a relation is called whose rows are given. */
export function cteName(relation: RelationName): string {
  return `given__${zoneOf(relation)}__${baseName(relation)}`;
}

/** The relations whose rows are given by the test. */
export function givenNames(
  { given }: UnitTest,
  { sourceRelations }: Surroundings,
): ReadonlySet<RelationName> {
  const names = given.flatMap(({ input }): readonly (RelationName | undefined)[] => {
    if (input.kind === "ref") return [input.name as RelationName];
    return input.kind === "source" ? [sourceRelations.get(input.name)] : [];
  });
  return new Set(names.filter((name) => name !== undefined));
}

/** What a reader reads, through ephemeral models that are not given themselves, as CTEs of rows. */
export function givenRelations(
  test: UnitTest,
  reader: NodeId,
  surroundings: Surroundings,
): readonly Cte[] {
  const given = givenNames(test, surroundings);
  return readThroughEphemeral(reader, surroundings.graph, given).map((relation) => ({
    name: cteName(relation),
    query: givenQuery(test, relation, surroundings),
  }));
}

/** The rows that stand in for a relation. A seed that is not given has its own, any other relation none. */
function givenQuery(
  test: UnitTest,
  relation: RelationName,
  { graph, dialect, sourceRelations }: Surroundings,
): string {
  const node = graph.nodes.get(relation);
  if (node === undefined || isTest(node)) throw new Error(`there is no relation ${relation}`);
  const columns = readableColumns(node);
  const given = test.given.find(({ input }) => {
    if (input.kind === "ref") return input.name === relation;
    return input.kind === "source" && sourceRelations.get(input.name) === relation;
  });
  if (given === undefined && node.kind === "seed") {
    return rowsQuery(columns, node.rows, dialect);
  }
  return fixtureQuery(columns, given?.rows ?? [], dialect);
}

/** Puts common table expressions before a query. */
export function withGiven(ctes: readonly Cte[], query: string): string {
  if (ctes.length === 0) return query;
  const list = ctes.map((cte) => `${cte.name} as (\n${cte.query}\n)`);
  return `with ${list.join(",\n")}\n${query}`;
}
