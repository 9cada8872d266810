import { RedshiftError, unsupported } from "../redshift-error.ts";
import { texts, type TreeNode } from "../syntax-tree.ts";
import { checkSetConfig } from "./identity-settings.ts";
import { knownFunctions } from "./known-functions.ts";

const knownOperators = new Set([
  ...["=", "<>", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "^", "|/", "||/", "@", "||"],
  ...["&", "|", "#", "~", "<<", ">>", "~~", "!~~", "~~*", "!~~*", "!~"],
]);

/** Throws RedshiftError for expressions that Redshift lacks. */
export function checkExpression({ type, fields, path }: TreeNode): void {
  switch (type) {
    case "A_Expr":
      checkOperator(String(fields["kind"]), texts(fields["name"]).at(-1) ?? "");
      return;
    case "FuncCall":
      checkFunction({ type, fields, path });
      return;
    case "A_ArrayExpr":
      throw unsupported("array constructors are not supported: use the function ARRAY of SUPER");
    case "A_Indirection":
      throw unsupported(
        "the stand-in does not navigate into SUPER, and Redshift has no subscripts elsewhere",
      );
    case "RowExpr":
      if (fields["row_format"] === "COERCE_EXPLICIT_CALL")
        throw unsupported("row constructors are not supported");
      return;
    case "SubLink":
      if (fields["subLinkType"] === "ARRAY_SUBLINK")
        throw unsupported("ARRAY(SELECT …) is not supported");
      return;
    case "GroupingSet":
      return;
    case "SortBy":
      if (fields["useOp"] !== undefined) throw unsupported("ORDER BY … USING is not supported");
      return;
    case "XmlExpr":
    case "XmlSerialize":
      throw unsupported("XML is not supported");
    default:
      if (type.startsWith("Json"))
        throw unsupported("SQL/JSON expressions are not supported: use SUPER");
  }
}

function checkOperator(kind: string, name: string): void {
  switch (kind) {
    case "AEXPR_DISTINCT":
    case "AEXPR_NOT_DISTINCT":
      throw unsupported("IS DISTINCT FROM is not supported");
    case "AEXPR_BETWEEN_SYM":
    case "AEXPR_NOT_BETWEEN_SYM":
      throw unsupported("BETWEEN SYMMETRIC is not supported");
    case "AEXPR_OP_ANY":
    case "AEXPR_OP_ALL":
      throw unsupported("ANY and ALL over an array are not supported");
    default:
  }
  if (kind === "AEXPR_OP" && !knownOperators.has(name))
    throw new RedshiftError(`operator does not exist: ${name}`, "42883");
}

function checkFunction({ fields }: TreeNode): void {
  const [schema, ...rest] = texts(fields["funcname"]);
  const name = rest.at(-1) ?? schema ?? "";
  const isOwn = schema === "pg_internal" && rest.length > 0;
  if (fields["agg_filter"] !== undefined)
    throw unsupported("FILTER is not supported for aggregates");
  if (fields["func_variadic"] === true) throw unsupported("VARIADIC is not supported");
  if (fields["agg_order"] !== undefined && fields["agg_within_group"] !== true && !isOwn)
    throw unsupported("ORDER BY inside an aggregate is not supported: use WITHIN GROUP");
  const args = fields["args"];
  const count = Array.isArray(args) ? args.length : 0;
  if (!isOwn && !knownFunctions.has(name))
    throw new RedshiftError(
      `function ${name}(${Array<string>(count).fill("…").join(", ")}) does not exist`,
      "42883",
    );
  if (name === "concat" && count !== 2)
    throw new RedshiftError("function concat takes exactly two arguments: use ||", "42883");
  if (name === "set_config") checkSetConfig(args);
  if (name === "count" && fields["agg_distinct"] === true && count > 1)
    throw unsupported("COUNT(DISTINCT a, b) is not supported");
}
