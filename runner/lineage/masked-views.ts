import type { Graph } from "../graph/graph.ts";
import { maskFor, mayRead, undeclaredClass } from "../core/access.ts";
import type { Access } from "../core/access.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { isEphemeral, isTest } from "../core/node.ts";
import type { Model, NodeId, RelationNode } from "../core/node.ts";
import type { Column } from "../core/node-base.ts";
import { rawColumnClasses } from "../core/raw-column-classes.ts";
import type { SourceTable } from "../core/source-table.ts";
import { readableColumns } from "../core/technical-columns.ts";

/**
 * Views that read what masks hide from somebody, which Redshift lets no view do. The graph's columns have every class that
 * reaches them.
 */
export function maskedViewProblems(graph: Graph, access: Access): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const node of graph.nodes.values()) {
    if (node.kind !== "model" || node.materialization.type !== "view") continue;
    for (const parent of relationsRead(node, graph)) {
      const hidden = hiddenColumn(parent, access);
      if (hidden === undefined) continue;
      diagnostics.push({
        code: "SQL_NOT_PORTABLE",
        message: `${node.relation} is a view and reads ${parent.relation}, of which ${hidden.role} sees a mask of ${hidden.column}.`,
        place: node.place,
        cause: "Redshift lets no view read a view that masks a column.",
        hint: "Let it be a table, or ephemeral: materialized: table.",
      });
      break;
    }
  }
  return diagnostics;
}

/** What a model's query names in the end: an ephemeral model stands in its readers' queries. */
function relationsRead(model: Model, graph: Graph): readonly RelationNode[] {
  const seen = new Set<NodeId>();
  const visit = (id: NodeId): readonly RelationNode[] =>
    (graph.parents.get(id) ?? []).flatMap((parent) => {
      if (seen.has(parent)) return [];
      seen.add(parent);
      const node = graph.nodes.get(parent);
      if (node === undefined || isTest(node)) return [];
      return isEphemeral(node) ? visit(parent) : [node];
    });
  return visit(model.relation);
}

function hiddenColumn(
  node: RelationNode,
  access: Access,
): { readonly role: string; readonly column: string } | undefined {
  const columns = node.kind === "source" ? rawColumns(node) : node.columns;
  for (const role of access.roles) {
    if (!mayRead(role, node.relation)) continue;
    const column = columns.find(({ classes = [] }) => maskFor(role, classes, access) !== undefined);
    if (column !== undefined) return { role: role.name, column: column.name };
  }
  return undefined;
}

/** Those that extraction adds as well, and what a source may bring. */
function rawColumns(source: SourceTable): readonly Pick<Column, "name" | "classes">[] {
  const columns = readableColumns(source).map(({ name }) => {
    return { name, classes: rawColumnClasses(source, name) };
  });
  return source.schemaPolicy === "evolve"
    ? [...columns, { name: "what on_schema_change: evolve adds", classes: [undeclaredClass] }]
    : columns;
}
