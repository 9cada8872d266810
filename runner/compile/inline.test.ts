import { describe, expect, test } from "@jest/globals";
import type { Model } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { graphOf } from "../graph/testing/project.ts";
import { modelOf } from "../execute/testing/models.ts";
import { compile } from "./compile.ts";
import type { RenderContext } from "./renderer.ts";

const ephemeral = { type: "ephemeral" } as const;
const view = { type: "view" } as const;
const context: RenderContext = { dialect: "duckdb", resolve: (relation) => relation };

function compiled(...models: readonly Model[]) {
  const graph = graphOf({ models });
  const parts = { partials: new Map(), helpers: new Map(), helperChecksums: new Map() };
  const project = compile(graph, { ...parts, vars: {}, env: {} });
  return (relation: RelationName, more: Partial<RenderContext> = {}) => {
    const model = graph.nodes.get(relation);
    if (model?.kind !== "model") throw new Error(relation);
    return project.modelQuery(model, { ...context, ...more });
  };
}

const inner = modelOf("work.inner", ephemeral, "id integer", "select 1 as id");
const middle = modelOf(
  "work.middle",
  ephemeral,
  "id integer",
  'select id from {{ref "work.inner"}} -- all of them',
);

describe("an ephemeral model", () => {
  test("stands before the text that reads it, what it reads itself before it, and each but once", () => {
    const text =
      'select a.id from {{ref "work.middle"}} as a join {{ref "work.inner"}} on true join {{ref "work.middle"}} as b on true';
    const query = compiled(inner, middle, modelOf("gold.a", view, "id integer", text));
    expect(query("gold.a")).toBe(`with

__ephemeral__work__inner as (
select 1 as id
),

__ephemeral__work__middle as (
select id from __ephemeral__work__inner -- all of them
)

select a.id from __ephemeral__work__middle as a join __ephemeral__work__inner on true join __ephemeral__work__middle as b on true`);
  });

  test.each([
    [
      'with x as (select * from {{ref "work.inner"}}) select * from x',
      /^with\n\n__ephemeral__work__inner as \([^]*\), x as \(/,
    ],
    [
      '-- with love\nWITH x as (select * from {{ref "work.inner"}}) select * from x',
      /^-- with love\nwith\n\n__ephemeral__[^]*\), x as/,
    ],
    [
      'with recursive x as (select * from {{ref "work.inner"}}) select * from x',
      /^with recursive\n\n__ephemeral__[^]*\), x as/,
    ],
    [
      "/* with */ select 'with' as word from {{ref \"work.inner\"}}",
      /^with\n\n__ephemeral__[^]*\)\n\n\/\* with \*\/ select 'with'/,
    ],
  ])("goes before the expressions that a query has of its own: %s", (text, expected) => {
    const query = compiled(inner, modelOf("gold.a", view, "id integer", text));
    expect(query("gold.a")).toMatch(expected);
    expect(query("gold.a").match(/\bwith\b(?! love)(?! \*)(?!')/gi)).toHaveLength(1);
  });

  test("gives way to the rows that a unit test gives in its place", () => {
    const query = compiled(
      inner,
      modelOf("gold.a", view, "id integer", 'select * from {{ref "work.inner"}}'),
    );
    const given = new Set<RelationName>(["work.inner"]);
    expect(query("gold.a", { given, resolve: () => "(select 7 as id) as rows" })).toBe(
      "select * from (select 7 as id) as rows",
    );
  });
});
