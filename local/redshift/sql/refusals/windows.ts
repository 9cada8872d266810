import { unsupported } from "../redshift-error.ts";
import { texts, type Fields, type TreeNode } from "../syntax-tree.ts";

/** Functions that rank or look around, which need no frame. */
const withoutFrame = new Set([
  ...["row_number", "rank", "dense_rank", "ntile", "percent_rank", "cume_dist", "lag", "lead"],
]);
const frame = { nondefault: 0x1, range: 0x2, groups: 0x8, exclusions: 0x8000 | 0x10000 | 0x20000 };

/** Throws RedshiftError for windows that Redshift refuses. */
export function checkWindow({ type, fields }: TreeNode): void {
  if (type !== "FuncCall") return;
  const over = fields["over"] as Fields | undefined;
  if (over === undefined) return;
  const name = texts(fields["funcname"]).at(-1) ?? "";
  const options = Number(over["frameOptions"] ?? 0);
  const isOrdered = over["orderClause"] !== undefined;
  const isFramed = (options & frame.nondefault) !== 0;
  if (isOrdered && !isFramed && !withoutFrame.has(name))
    throw unsupported("Aggregate window functions with an ORDER BY clause require a frame clause");
  if (isFramed && (options & (frame.range | frame.groups)) !== 0)
    throw unsupported("a window's frame takes ROWS only");
  if ((options & frame.exclusions) !== 0) throw unsupported("EXCLUDE is not supported in a frame");
  const args = fields["args"];
  if (["lag", "lead"].includes(name) && Array.isArray(args) && args.length > 2)
    throw unsupported(`Default parameter not be supported for window function ${name}`);
  if (fields["agg_distinct"] === true)
    throw unsupported("DISTINCT is not supported in a window function");
  if (name === "listagg")
    throw unsupported("the stand-in does not have LISTAGG as a window function");
}
