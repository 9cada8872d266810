import type { AccessFact, SchemaObject } from "../../../core/access-fact.ts";
import { isZone, relationName } from "../../../core/relation.ts";
import type { RelationName } from "../../../core/relation.ts";
import { quoteText } from "../../../core/sql-text.ts";

/** The public views of production that a transaction gives its readers. */
export interface PublicViews {
  /** Views that were not there, or that are dropped and made anew: rights and policies went with the old one. */
  readonly made: ReadonlySet<RelationName>;
  /** Views that are replaced by ones of the same columns: rights on them stay. */
  readonly replaced: ReadonlySet<RelationName>;
}

const creation = /^create (or replace )?view "?(\w+)"?\.(\w+) as\n/;

/** Finds the views among a transaction's statements, which are written by the dialect. */
export function publicViews(statements: readonly string[]): PublicViews {
  const made = new Set<RelationName>();
  const replaced = new Set<RelationName>();
  for (const statement of statements) {
    const [, replace, schema = "", name = ""] = creation.exec(statement) ?? [];
    if (!isZone(schema)) continue;
    (replace === undefined ? made : replaced).add(relationName(schema, name));
  }
  for (const relation of made) replaced.delete(relation);
  return { made, replaced };
}

/**
 * A query that fails the transaction in which views were replaced that have masks, unless all of these are still there.
 * Redshift's guide says that the rights on a view stay when it is replaced by one of the same columns, and not what
 * becomes of its masks.
 */
export function masksAreKept(
  live: readonly AccessFact[],
  replaced: ReadonlySet<RelationName>,
): readonly string[] {
  const isReplaced = ({ schema, name }: SchemaObject) =>
    isZone(schema) && replaced.has(relationName(schema, name));
  const masks = live.filter((fact) => fact.kind === "mask").filter(({ on }) => isReplaced(on));
  if (masks.length === 0) return [];
  const names = [...new Set(masks.map(({ on }) => `${on.schema}.${on.name}`))].sort();
  const roles = [...new Set(masks.map(({ role }) => role))].sort();
  const lost = `masks of ${names.join(", ")} were lost`.slice(0, 200);
  return [
    [
      `select cast(case when count(*) >= ${masks.length} then '1' else ${quoteText(lost)} end as integer) as kept`,
      "from svv_attached_masking_policy",
      `where schema_name || '.' || table_name in (${names.map(quoteText).join(", ")})`,
      `and grantee in (${roles.map(quoteText).join(", ")})`,
    ].join("\n"),
  ];
}
