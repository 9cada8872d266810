import type { CompiledProject } from "../compile/compile.ts";
import type { FilePlace, Place } from "../core/diagnostic.ts";
import type { LineageRelation, ProjectLineage } from "../core/project-lineage.ts";
import type { RelationName } from "../core/relation.ts";
import { StatementFailure } from "../core/statement-failure.ts";

/** Where a column is made: its expression in the model's SQL, or else where its YAML declares it. */
export function columnPlaces(
  compiled: CompiledProject,
  lineage: ProjectLineage,
): (relation: LineageRelation, column: string) => Place | FilePlace | undefined {
  return (relation, column) => {
    const { columns, sql } = lineage.relations.get(relation) ?? {};
    const found = columns?.get(column);
    const node = compiled.graph.nodes.get(relation as RelationName);
    if (found?.offset === undefined || sql === undefined || node?.kind !== "model") {
      return found?.place;
    }
    const before = sql.slice(0, found.offset).split("\n");
    const position = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
    const failure = new StatementFailure(
      { code: "LINEAGE_UNKNOWN_COLUMN", message: column },
      sql,
      position,
    );
    return compiled.locate(failure, node.template)?.place ?? found.place;
  };
}
