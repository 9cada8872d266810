import { unsupported } from "../redshift-error.ts";
import type { TreeNode } from "../syntax-tree.ts";
import { readsAs, type Token } from "../tokens.ts";

/** Throws RedshiftError for clauses of Postgres's that Redshift lacks. */
export function checkClauses({ type, fields, path }: TreeNode): void {
  switch (type) {
    case "SelectStmt":
      checkSelect({ type, fields, path });
      return;
    case "InsertStmt":
      if (fields["onConflictClause"] !== undefined)
        throw unsupported("INSERT … ON CONFLICT is not supported: use MERGE");
      refuseReturning(fields);
      return;
    case "UpdateStmt":
    case "DeleteStmt":
      refuseReturning(fields);
      return;
    case "MultiAssignRef":
      throw unsupported("UPDATE … SET (a, b) = (…) is not supported");
    case "RangeSubselect":
      if (fields["lateral"] === true) throw unsupported("LATERAL is not supported");
      return;
    case "RangeFunction":
      throw unsupported("Functions in FROM are not supported: Redshift has no table functions");
    case "RangeTableFunc":
    case "JsonTable":
      throw unsupported("XMLTABLE and JSON_TABLE are not supported");
    case "RangeTableSample":
      throw unsupported("TABLESAMPLE is not supported");
    case "CommonTableExpr": {
      const query = Object.keys(fields["ctequery"] ?? {})[0];
      if (query !== "SelectStmt") throw unsupported("WITH takes queries only");
      if (fields["ctematerialized"] !== "CTEMaterializeDefault")
        throw unsupported("MATERIALIZED is not supported in WITH");
      if (fields["search_clause"] !== undefined || fields["cycle_clause"] !== undefined)
        throw unsupported("SEARCH and CYCLE are not supported");
      return;
    }
    case "CollateClause":
      throw unsupported('COLLATE "…" is not supported: there are no collations of that kind');
    case "Constraint":
      checkConstraint(String(fields["contype"]));
      return;
    default:
  }
}

function refuseReturning(fields: TreeNode["fields"]): void {
  if (fields["returningClause"] !== undefined || fields["returningList"] !== undefined)
    throw unsupported("RETURNING is not supported");
}

function checkSelect({ fields, path }: TreeNode): void {
  const distinct = fields["distinctClause"];
  if (Array.isArray(distinct) && Object.keys((distinct[0] ?? {}) as object).length > 0)
    throw unsupported("SELECT DISTINCT ON is not supported");
  if (fields["valuesLists"] !== undefined && path.at(-1) !== "InsertStmt")
    throw unsupported("VALUES lists used as constant tables are not supported");
  if (fields["all"] === true && fields["op"] !== "SETOP_UNION") {
    const operation = String(fields["op"]).replace("SETOP_", "");
    throw unsupported(`${operation} ALL is not supported`);
  }
  if (fields["lockingClause"] !== undefined)
    throw unsupported("SELECT FOR UPDATE and FOR SHARE are not supported: use LOCK");
  if (fields["windowClause"] !== undefined) throw unsupported("the WINDOW clause is not supported");
  if (fields["limitOption"] === "LIMIT_OPTION_WITH_TIES")
    throw unsupported("WITH TIES is not supported");
}

function checkConstraint(kind: string): void {
  switch (kind) {
    case "CONSTR_CHECK":
      throw unsupported("CHECK constraints are not supported");
    case "CONSTR_EXCLUSION":
      throw unsupported("EXCLUDE constraints are not supported");
    case "CONSTR_GENERATED":
      throw unsupported("generated columns are not supported");
    default:
  }
}

/** Throws RedshiftError for what the syntax tree no longer tells apart. */
export function checkWords(tokens: readonly Token[]): void {
  tokens.forEach((_, index) => {
    const reads = (...words: string[]) => readsAs(tokens, index, ...words);
    if (reads("fetch", "first") || reads("fetch", "next")) {
      if (!reads("fetch", "next", "from") && index > 0)
        throw unsupported("FETCH FIRST is not supported: use LIMIT");
    }
    if (reads("qualify")) throw unsupported("the stand-in does not have QUALIFY");
    if (reads("is", "json")) throw unsupported("IS JSON is not supported");
  });
}
