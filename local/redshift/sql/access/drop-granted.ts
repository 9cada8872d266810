import type { Client } from "pg";
import { droppedRelations, qualifiedName } from "../named-relations.ts";
import { asRedshiftError } from "../redshift-error.ts";
import type { Fields } from "../syntax-tree.ts";

/** Drops tables or views for a user who may by GRANT DROP alone. Whether it did: all of them, or none. */
export async function dropGranted(
  client: Client,
  { type, fields }: { readonly type: string; readonly fields: Fields },
): Promise<boolean> {
  const kind = { OBJECT_TABLE: "table", OBJECT_VIEW: "view" }[String(fields["removeType"])];
  if (type !== "DropStmt" || kind === undefined) return false;
  const names = droppedRelations(fields).map(qualifiedName);
  const isCascade = fields["behavior"] === "DROP_CASCADE";
  try {
    const { rows } = await client.query<{ dropped: boolean }>(
      "select pg_internal.drop_granted($1, $2, $3) as dropped",
      [kind, names, isCascade],
    );
    return rows[0]?.dropped === true;
  } catch (error) {
    throw asRedshiftError(error);
  }
}
