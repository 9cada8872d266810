import type { Client } from "pg";
import { unsupported } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { granteeArguments, readGrantee } from "./grantees.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

const permissions = [
  ["ignore", "rls"],
  ["explain", "rls"],
  ["explain", "masking"],
] as const;

const lacking = [
  ...[
    ["create", "user"],
    ["drop", "user"],
    ["alter", "user"],
    ["create", "schema"],
  ],
  ...[
    ["drop", "schema"],
    ["create", "role"],
    ["access", "system"],
    ["access", "catalog"],
  ],
  ...[
    ["alter", "default"],
    ["create", "table"],
    ["drop", "table"],
    ["alter", "table"],
  ],
  ...[["vacuum"], ["analyze"], ["cancel"], ["truncate", "table"], ["alter", "datashare"]],
];

/** GRANT and REVOKE of IGNORE RLS and the like; undefined when something else is granted. */
export function grantSystemPermission(
  client: Client,
  words: Words,
  isGrant: boolean,
): Promise<StatementResult> | undefined {
  for (const permission of lacking)
    if (words.reads(...permission))
      throw unsupported(
        `the stand-in does not carry the system permission ${permission.join(" ").toUpperCase()}: grant role sys:secadmin, or make a superuser`,
      );
  const found = permissions.find((permission) => words.take(...permission));
  if (found === undefined) return undefined;
  words.expect(isGrant ? "to" : "from");
  const grantees = words.list(() => readGrantee(words));
  words.end();
  return runStatements(
    client,
    grantees.map(
      (grantee) =>
        `select pg_internal.set_system_permission('${found.join(" ").toUpperCase()}', ${granteeArguments(grantee)}, ${isGrant})`,
    ),
  );
}
