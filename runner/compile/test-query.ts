import type { DataTest, GenericTest } from "../core/data-test.ts";
import type { RelationNode } from "../core/node.ts";
import { readableColumns } from "../core/technical-columns.ts";
import { assertionQuery } from "./assertion-query.ts";
import type { RenderContext, Renderer } from "./renderer.ts";

/** A query for the rows that break a test, at most as many as its `limit`. */
export function testQuery(
  test: DataTest,
  tested: RelationNode | undefined,
  context: RenderContext,
  render: Renderer,
): string {
  const query =
    test.form === "generic"
      ? genericQuery(test, tested, context, render)
      : filtered(render(test.template, context), test.where);
  return test.limit === undefined
    ? query
    : `select * from (\n${query}\n) as failing\nlimit ${test.limit}`;
}

function filtered(query: string, where: string | undefined): string {
  return where === undefined ? query : `select * from (\n${query}\n) as tested where ${where}\n`;
}

function genericQuery(
  test: GenericTest,
  tested: RelationNode | undefined,
  context: RenderContext,
  render: Renderer,
): string {
  if (test.assertion.type === "macro") return macroQuery(test, context, render);
  const isSource = tested?.kind === "source";
  const columns = tested && readableColumns(tested);
  return assertionQuery(test, {
    dialect: context.dialect,
    resolve: context.resolve,
    columns,
    // Files that were extracted before a column was declared lack it; what a model writes may have columns of its own.
    shown: isSource ? undefined : columns?.map(({ name }) => name),
    now: context.now,
  });
}

/** A condition narrows the relation in a CTE, so that `{{relation}}` is a name in either case. */
function macroQuery(test: GenericTest, context: RenderContext, render: Renderer): string {
  if (test.assertion.type !== "macro") throw new Error(`${test.name} has no template`);
  const { column, parameters, template } = test.assertion;
  const source = context.resolve(test.relation);
  const relation = test.where === undefined ? source : "tested";
  const given = column === undefined ? {} : { column };
  const query = render(template, { ...context, parameters: { ...parameters, ...given, relation } });
  return test.where === undefined
    ? query
    : `with tested as (\n    select * from ${source} where ${test.where}\n)\nselect * from (\n${query}\n) as failing`;
}
