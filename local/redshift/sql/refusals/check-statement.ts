import { nodesOf, type Fields } from "../syntax-tree.ts";
import { checkAlterTable } from "./alter-table.ts";
import { checkClauses } from "./clauses.ts";
import { checkCorrelation } from "./correlation.ts";
import { checkExpression } from "./expressions.ts";
import { checkLeaderNode } from "./leader-node.ts";
import { checkMerge } from "./merge.ts";
import { checkStatementKind } from "./statement-kinds.ts";
import { checkWindow } from "./windows.ts";

/**
 * Refuses what Postgres would run and Redshift would not, so that a statement that passes here has a chance there.
 * What is not known to run in Redshift is refused. Throws RedshiftError.
 */
export function checkStatement(type: string, fields: Fields): void {
  checkStatementKind(type, fields);
  if (type === "MergeStmt") checkMerge(fields);
  if (type === "AlterTableStmt") checkAlterTable(fields);
  const tree = { [type]: fields };
  for (const node of nodesOf(tree)) {
    checkClauses(node);
    checkExpression(node);
    checkWindow(node);
  }
  checkCorrelation(tree);
  checkLeaderNode(type, fields);
}
