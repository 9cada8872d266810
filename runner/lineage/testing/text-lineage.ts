import type { CompiledProject } from "../../compile/compile.ts";
import type { Access } from "../../core/access.ts";
import type { ProjectLineage } from "../../core/project-lineage.ts";
import { readTextProject } from "../../execute/testing/text-project.ts";
import type { Files } from "../../execute/testing/text-project.ts";
import { projectLineage } from "../project-lineage.ts";
import { loadQueryAnalysis } from "../query/analyze.ts";

export interface TextLineage {
  readonly lineage: ProjectLineage;
  readonly compiled: CompiledProject;
  readonly access?: Access;
}

/** The lineage of a project of texts by path. */
export async function lineageOfTexts(files: Files): Promise<TextLineage> {
  const { compiled, access, diagnostics } = await readTextProject(files);
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics));
  return { lineage: projectLineage(compiled, await loadQueryAnalysis()), compiled, access };
}

/** The YAML of a source `oltp` with one table, customer: its id, and these columns. */
export function customerSource(...columns: readonly string[]): string {
  const listed = ["name: id, type: integer, nullable: false, description: I.", ...columns];
  return `source: oltp
connector: postgres
connection: oltp
schema: public
tables:
  - name: customer
    description: Customers.
    key: [id]
    extract: full
    columns:
${listed.map((column) => `      - { ${column} }\n`).join("")}`;
}

/** `column <- relation.column, condition of relation.column` of each column of a relation. */
export function linesOf({ relations }: ProjectLineage, wanted: string): readonly string[] {
  const found = [...relations.values()].find(({ relation }) => relation === wanted);
  return [...(found?.columns.values() ?? [])].map(({ name, from, isTechnical }) => {
    const uses = from.map(({ relation, column, how }) =>
      how === "identity" ? `${relation}.${column}` : `${how} of ${relation}.${column}`,
    );
    const made = uses.sort().join(", ") || "nothing";
    return `${isTechnical === true ? "technical " : ""}${name} <- ${made}`;
  });
}
