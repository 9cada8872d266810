import { unsupported } from "../redshift-error.ts";
import { quotedName, textLiteral } from "../tokens.ts";
import type { Words } from "./words.ts";

export interface Grantee {
  readonly kind: "user" | "role" | "public";
  readonly name: string;
}

/** `user`, `role r` or `public`, as they follow TO and FROM. Throws RedshiftError; groups are refused. */
export function readGrantee(words: Words): Grantee {
  if (words.take("public")) return { kind: "public", name: "public" };
  if (words.reads("group")) throw unsupported("the stand-in does not keep groups: use roles");
  if (words.take("role")) return { kind: "role", name: words.identity() };
  return { kind: "user", name: words.identity() };
}

/** As Postgres names it in GRANT. */
export function granteeName({ kind, name }: Grantee): string {
  return kind === "public" ? "public" : quotedName(name);
}

/** As arguments `kind, name` of the functions in pg_internal. */
export function granteeArguments({ kind, name }: Grantee): string {
  return `${textLiteral(kind)}, ${textLiteral(name)}`;
}

/** A query that fails as Redshift does when there is no such user or role. */
export function checkGrantee(grantee: Grantee): string {
  return `select pg_internal.identity_id(${granteeArguments(grantee)})`;
}
