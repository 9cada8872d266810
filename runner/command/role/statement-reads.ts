import { LineageFailure } from "../../core/column-lineage.ts";
import type { QueryLineage } from "../../core/column-lineage.ts";
import type { VisibleRelation } from "./visible-relations.ts";

/** What a statement reads, as far as it can be told; where it cannot, everything that it names. */
export interface StatementReads {
  /** `zone.name.column` */
  readonly columns: readonly string[];
  /** The classes of values that may be in a column of the result. */
  readonly classesOf: (column: string) => readonly string[];
}

/** `named` are the relations that the statement names. */
export async function statementReads(
  statement: string,
  named: readonly VisibleRelation[],
): Promise<StatementReads> {
  const classes = new Map<string, readonly string[]>(
    named.flatMap(({ manifest, columns }) =>
      columns.map(
        (column) => [`${manifest.relation}.${column.name}`, seenClasses(column)] as const,
      ),
    ),
  );
  const everyClass = [...new Set([...classes.values()].flat())];
  const lineage = await lineageOf(statement, named);
  if (lineage === undefined) return { columns: [...classes.keys()], classesOf: () => everyClass };
  const uses = [...lineage.columns.flatMap(({ from }) => from), ...lineage.rows];
  const columns = [...new Set(uses.map(({ relation, column }) => `${relation}.${column}`))];
  return {
    columns: columns.toSorted(),
    classesOf: (name) => {
      const origin = lineage.columns.find((column) => column.name === name);
      if (origin === undefined) return everyClass;
      const found = origin.from.flatMap(
        ({ relation, column }) => classes.get(`${relation}.${column}`) ?? everyClass,
      );
      return [...new Set(found)];
    },
  };
}

/** A mask leaves nothing of the class behind. */
function seenClasses({ mask, classes = [] }: VisibleRelation["columns"][number]) {
  return mask === undefined ? classes : [];
}

async function lineageOf(
  statement: string,
  named: readonly VisibleRelation[],
): Promise<QueryLineage | undefined> {
  const { loadQueryAnalysis } = await import("../../lineage/query/analyze.ts");
  const analyze = await loadQueryAnalysis();
  const columns = new Map<string, readonly string[]>(
    named.map((each) => [each.manifest.relation, each.columns.map(({ name }) => name)]),
  );
  try {
    // Postgres, whose parser it is, knows no CREATE OR REPLACE TABLE.
    const plain = statement.replace(/^\s*create\s+or\s+replace\s+table\b/i, "create table");
    return analyze(plain, (relation) => columns.get(relation));
  } catch (error) {
    if (error instanceof LineageFailure) return undefined;
    throw error;
  }
}
