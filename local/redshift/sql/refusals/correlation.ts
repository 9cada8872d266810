import { unsupported } from "../redshift-error.ts";
import { nodesOf, texts, type Fields } from "../syntax-tree.ts";

/**
 * Throws RedshiftError for the correlated subqueries that Redshift cannot take apart, of those that names alone tell: a
 * reference that skips a query, one out of a subquery with a window function or a LIMIT, one in the condition of an
 * outer join. References without their table's name are not looked at.
 */
export function checkCorrelation(tree: unknown): void {
  visit(tree, [], false);
}

/** The names of the tables of each query around, the innermost first. */
type Scopes = readonly ReadonlySet<string>[];

function visit(value: unknown, scopes: Scopes, isOuterJoin: boolean): void {
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[]) visit(each, scopes, isOuterJoin);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, field] of Object.entries(value as Fields)) {
    if (key === "SelectStmt" || isBranch(key, field))
      visit(field, [tableNames(field as Fields), ...scopes], isOuterJoin);
    else if (key === "SubLink") {
      checkSubquery((field as Fields)["subselect"], scopes, isOuterJoin);
      visit(field, scopes, isOuterJoin);
    } else if (key === "JoinExpr") {
      const join = field as Fields;
      const { quals, ...sides } = join;
      visit(sides, scopes, isOuterJoin);
      visit(quals, scopes, isOuterJoin || join["jointype"] !== "JOIN_INNER");
    } else visit(field, scopes, isOuterJoin);
  }
}

function checkSubquery(subquery: unknown, scopes: Scopes, isOuterJoin: boolean): void {
  const select = (subquery as { readonly SelectStmt?: Fields } | undefined)?.SelectStmt;
  if (select === undefined) return;
  const nodes = [...nodesOf(subquery)];
  const own = new Set(nodes.flatMap(({ type, fields }) => [...ownNames(type, fields)]));
  const depths = nodes.flatMap(({ type, fields }) => {
    const [table, column] = type === "ColumnRef" ? texts(fields["fields"]) : [];
    if (table === undefined || column === undefined || own.has(table)) return [];
    return [scopes.findIndex((names) => names.has(table))];
  });
  if (depths.every((depth) => depth < 0)) return;
  const hasWindow = nodes.some(({ fields }) => fields["over"] !== undefined);
  const skips = depths.some((depth) => depth > 0);
  if (skips || hasWindow || isOuterJoin || select["limitCount"] !== undefined)
    throw unsupported("This type of correlated subquery pattern is not supported yet");
}

/** A side of a UNION and its like, which stands in the tree without its type; a join has sides of the same names. */
function isBranch(key: string, field: unknown): boolean {
  if (key !== "larg" && key !== "rarg") return false;
  return typeof field === "object" && field !== null && ("targetList" in field || "op" in field);
}

function tableNames(select: Fields): ReadonlySet<string> {
  return new Set(namesIn(select["fromClause"]));
}

/** Of the tables of one query alone, and not of the queries in its brackets. */
function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value as Fields).flatMap(([type, field]) => {
    if (type === "subquery" || typeof field !== "object" || field === null) return [];
    return [...ownNames(type, field as Fields), ...namesIn(field)];
  });
}

function ownNames(type: string, fields: Fields): readonly string[] {
  const alias = (fields["alias"] as Fields | undefined)?.["aliasname"];
  if (typeof alias === "string") return [alias];
  return type === "RangeVar" ? [String(fields["relname"])] : [];
}
