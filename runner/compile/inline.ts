import { wordsOfSql } from "../core/blank-out.ts";
import { isEphemeral } from "../core/node.ts";
import type { Model } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { Graph } from "../graph/graph.ts";
import type { RenderContext } from "./renderer.ts";

type Draw = (context: RenderContext) => string;

/**
 * Makes the function that puts the queries of ephemeral models, where a text reads them directly or through one
 * another, into common table expressions before it. A ref then stands for a plain name, with or without an alias.
 */
export function inliner(
  graph: Graph,
  render: (model: Model, context: RenderContext) => string,
): (draw: Draw, context: RenderContext) => string {
  const ephemeral = new Map<RelationName, Model>();
  for (const node of graph.nodes.values()) {
    if (isEphemeral(node)) ephemeral.set(node.relation, node);
  }
  if (ephemeral.size === 0) return (draw, context) => draw(context);

  return (draw, context) => {
    const wanted: RelationName[] = [];
    const resolve = (relation: RelationName) => {
      if (!ephemeral.has(relation) || context.given?.has(relation) === true) {
        return context.resolve(relation);
      }
      wanted.push(relation);
      return inlineName(relation);
    };
    const sql = draw({ ...context, resolve });
    const queries = new Map<RelationName, string>();
    for (let relation = wanted.pop(); relation !== undefined; relation = wanted.pop()) {
      const model = ephemeral.get(relation);
      if (model === undefined || queries.has(relation)) continue;
      queries.set(relation, render(model, { dialect: context.dialect, resolve }));
    }
    // The graph's order has what is read before its readers.
    const inOrder = [...ephemeral.keys()].flatMap((relation) => {
      const query = queries.get(relation);
      return query === undefined ? [] : [`${inlineName(relation)} as (\n${query}\n)`];
    });
    return inOrder.length === 0 ? sql : withExpressions(inOrder, sql);
  };
}

/** What a ref to an ephemeral model stands for; no declared name begins with `_`. */
function inlineName(relation: RelationName): string {
  return `__ephemeral__${relation.replace(".", "__")}`;
}

/** Puts common table expressions before those that a query has of its own. */
function withExpressions(expressions: readonly string[], sql: string): string {
  const list = expressions.join(",\n\n");
  const own = /^\s*with(\s+recursive)?\b/i.exec(wordsOfSql(sql));
  if (own === null) return `with\n\n${list}\n\n${sql}`;
  const before = sql.slice(0, own[0].length).replace(/with(\s+recursive)?$/i, "");
  return `${before}with${own[1] ?? ""}\n\n${list},${sql.slice(own[0].length)}`;
}
