import { RedshiftError, unsupported } from "../redshift-error.ts";
import { relationOf } from "../named-relations.ts";
import type { Fields } from "../syntax-tree.ts";

/** Throws RedshiftError for a MERGE outside of the one form that Redshift has. */
export function checkMerge(fields: Fields): void {
  const target = fields["relation"] as Fields;
  const source = (fields["sourceRelation"] ?? {}) as { readonly RangeVar?: Fields };
  if (fields["withClause"] !== undefined) throw unsupported("WITH is not supported in MERGE");
  if (target["alias"] !== undefined)
    throw new RedshiftError("syntax error: MERGE takes no alias of its target table", "42601");
  if (source.RangeVar === undefined)
    throw unsupported("The source of MERGE must be a table: not a view and not a subquery");
  const { schema, name } = relationOf(target);
  const from = relationOf(source.RangeVar);
  if (from.name === name && from.schema === schema)
    throw unsupported("The source and the target of MERGE cannot be the same table");
  if (fields["returningList"] !== undefined || fields["returningClause"] !== undefined)
    throw unsupported("RETURNING is not supported");

  const clauses = (fields["mergeWhenClauses"] as readonly { MergeWhenClause: Fields }[]).map(
    ({ MergeWhenClause }) => MergeWhenClause,
  );
  const matched = clauses.filter(({ matchKind }) => matchKind === "MERGE_WHEN_MATCHED");
  const unmatched = clauses.filter(
    ({ matchKind }) => matchKind === "MERGE_WHEN_NOT_MATCHED_BY_TARGET",
  );
  if (matched.length !== 1 || unmatched.length !== 1 || clauses.length !== 2)
    throw new RedshiftError(
      "MERGE needs exactly one WHEN MATCHED and one WHEN NOT MATCHED clause",
      "42601",
    );
  for (const clause of clauses) {
    if (clause["condition"] !== undefined)
      throw new RedshiftError("syntax error: WHEN … AND is not supported in MERGE", "42601");
    if (clause["commandType"] === "CMD_NOTHING")
      throw new RedshiftError("syntax error: DO NOTHING is not supported in MERGE", "42601");
    for (const { ResTarget } of (clause["targetList"] ?? []) as readonly { ResTarget: Fields }[])
      if (ResTarget["indirection"] !== undefined)
        throw new RedshiftError("syntax error: MERGE sets columns by their names alone", "42601");
  }
}
