import { schemaOf, production } from "../../../core/environment.ts";
import type { SchemaObject } from "../../../core/access-fact.ts";
import { isZone } from "../../../core/relation.ts";
import { quoteText } from "../../../core/sql-text.ts";

/** The schema of what row policies look up; no role may use it. */
export const attributesSchema = "_access";

/** The values of members that row filters ask for, one row each. */
export const attributesTable = `${attributesSchema}.member_attribute`;

/** A schema as it stands in a statement; `raw` is a word of Redshift's own. */
export function schemaText(schema: string): string {
  return isZone(schema) ? schemaOf(schema, production) : plainName(schema);
}

export function relationText({ schema, name }: SchemaObject): string {
  return `${schemaText(schema)}.${plainName(name)}`;
}

export function roleName(name: string): string {
  return plainName(name);
}

/** The condition that a name in the catalogue is one of the runner's own. */
export function isOwnName(column: string, prefix: string): string {
  return `left(${column}, ${prefix.length}) = ${quoteText(prefix)}`;
}

/** A user as it stands in a statement: names of IAM's have a colon, and one may be a word such as `public`. */
export function userText(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function plainName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
