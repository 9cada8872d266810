import type { Access } from "../core/access.ts";
import type { AnalyzeQuery } from "../core/column-lineage.ts";
import { LineageFailure } from "../core/column-lineage.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ProjectLineage } from "../core/project-lineage.ts";
import type { RelationName } from "../core/relation.ts";

const userValue = /\{\{\s*user\.[\w-]+\s*\}\}/g;

/** Row filters that are no condition on their relation's columns. */
export function rowFilterProblems(
  { roles }: Access,
  { relations }: ProjectLineage,
  analyze: AnalyzeQuery,
): readonly Diagnostic[] {
  return roles.flatMap(({ name, rows, place }) =>
    Object.entries(rows).flatMap(([relation, filter = "true"]): readonly Diagnostic[] => {
      const condition = filter.replace(userValue, "null");
      const columns = relations.get(relation as RelationName)?.columns.keys() ?? [];
      const own = (other: string) => (other === relation ? [...columns] : undefined);
      try {
        analyze(`select 1 as one from ${relation} where (${condition})`, own);
        return [];
      } catch (error) {
        if (!(error instanceof LineageFailure)) throw error;
        const message = `The rows of ${relation} that ${name} sees cannot be told: ${error.message}`;
        const hint = `Write a condition on the columns of ${relation}, such as vendor_id = {{user.vendor_id}}.`;
        return [
          { code: "ACCESS_INVALID", message, place, cause: `The filter is: ${filter}`, hint },
        ];
      }
    }),
  );
}
