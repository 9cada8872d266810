import type { Node } from "libpg-query";
import { textsOf } from "./reader.ts";

/** The name that a column without an alias gets. */
export interface GivenName {
  readonly name: string;
  /** False where it is Redshift's, and DuckDB's is the expression's text. */
  readonly isSure: boolean;
}

/** As Postgres's FigureColname chooses it, which Redshift follows. */
export function defaultName(node: Node | undefined): GivenName {
  if (node !== undefined && "ColumnRef" in node) {
    return { name: textsOf(node.ColumnRef.fields).at(-1) ?? "", isSure: true };
  }
  return { name: ofExpression(node) ?? "?column?", isSure: false };
}

function ofExpression(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ("ColumnRef" in node) return textsOf(node.ColumnRef.fields).at(-1);
  if ("A_Indirection" in node) {
    return textsOf(node.A_Indirection.indirection).at(-1) ?? ofExpression(node.A_Indirection.arg);
  }
  if ("FuncCall" in node) return textsOf(node.FuncCall.funcname).at(-1);
  if ("TypeCast" in node) {
    return ofExpression(node.TypeCast.arg) ?? textsOf(node.TypeCast.typeName?.names).at(-1);
  }
  if ("CollateClause" in node) return ofExpression(node.CollateClause.arg);
  if ("CaseExpr" in node) return ofExpression(node.CaseExpr.defresult) ?? "case";
  if ("CoalesceExpr" in node) return "coalesce";
  if ("MinMaxExpr" in node) return node.MinMaxExpr.op === "IS_LEAST" ? "least" : "greatest";
  if ("A_ArrayExpr" in node) return "array";
  if ("RowExpr" in node) return "row";
  if ("GroupingFunc" in node) return "grouping";
  if ("A_Expr" in node && node.A_Expr.kind === "AEXPR_NULLIF") return "nullif";
  if ("SQLValueFunction" in node) {
    return (node.SQLValueFunction.op ?? "").replace(/^SVFOP_|_N$/g, "").toLowerCase();
  }
  if ("SubLink" in node) return ofSubquery(node.SubLink.subLinkType, node.SubLink.subselect);
  return undefined;
}

function ofSubquery(kind: string | undefined, select: Node | undefined): string | undefined {
  if (kind === "EXISTS_SUBLINK") return "exists";
  if (kind === "ARRAY_SUBLINK") return "array";
  if (kind !== "EXPR_SUBLINK" || select === undefined || !("SelectStmt" in select))
    return undefined;
  const [target] = select.SelectStmt.targetList ?? [];
  if (target === undefined || !("ResTarget" in target)) return undefined;
  return target.ResTarget.name?.toLowerCase() ?? ofExpression(target.ResTarget.val);
}
