import { unsupported } from "../redshift-error.ts";
import type { Fields } from "../syntax-tree.ts";

/** Settings by which Postgres would let a statement become somebody else. */
export function isIdentitySetting(name: string): boolean {
  return ["role", "session_authorization", "is_superuser"].includes(name.toLowerCase());
}

/** Throws RedshiftError for a set_config that sets such a one, or might. */
export function checkSetConfig(args: unknown): void {
  const [first] = Array.isArray(args) ? (args as readonly Fields[]) : [];
  const constant = first?.["A_Const"] as { readonly sval?: { readonly sval?: string } } | undefined;
  const name = constant?.sval?.sval;
  if (name === undefined) throw unsupported("set_config takes the name of its setting as a text");
  if (isIdentitySetting(name)) throw unsupported(`set_config cannot set "${name}"`);
}
