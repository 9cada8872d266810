import type { CompiledProject } from "../compile/compile.ts";
import { rawColumnClasses } from "../core/raw-column-classes.ts";
import type { Declassification } from "../core/node-base.ts";
import { columnId } from "../core/project-lineage.ts";
import type { ColumnId } from "../core/project-lineage.ts";
import { readableColumns } from "../core/technical-columns.ts";
import type { DeclaredClasses } from "./classes.ts";

/** What the project's YAML says of the classes of its columns. */
export function declaredClasses({ graph }: Pick<CompiledProject, "graph">): DeclaredClasses {
  const classes = new Map<ColumnId, readonly string[]>();
  const declassified = new Map<ColumnId, Declassification>();
  for (const node of graph.nodes.values()) {
    if (node.kind === "test" || node.kind === "unit_test") continue;
    for (const column of readableColumns(node)) {
      const found =
        node.kind === "source"
          ? rawColumnClasses(node, column.name)
          : (node.columns.find(({ name }) => name === column.name)?.classes ?? []);
      if (found.length > 0) classes.set(columnId(node.relation, column.name), found);
    }
    for (const { name, declassify } of node.columns) {
      if (declassify !== undefined) declassified.set(columnId(node.relation, name), declassify);
    }
  }
  return { classes, declassified };
}
