import type { Client } from "pg";
import { RedshiftError, unsupported } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { grantAssumeRole } from "./assume-role.ts";
import { alterDefaultPrivileges } from "./default-privileges.ts";
import { grantOnObjects } from "./object-grants.ts";
import { policyStatements, type Run } from "./policy-statements.ts";
import { readPrivileges } from "./privileges.ts";
import { alterRole, createRole, dropRole, grantRole, revokeRole } from "./roles.ts";
import { rowSecurityStatement } from "./row-security.ts";
import { grantInScope } from "./scoped-grants.ts";
import { resetSessionAuthorization, setSessionAuthorization } from "./session-authorization.ts";
import { showGrants } from "./show-grants.ts";
import { grantSystemPermission } from "./system-permissions.ts";
import { alterUser, createUser, dropUser } from "./users.ts";
import { Words } from "./words.ts";

const statements: readonly (readonly [string, Run])[] = [
  ["create user", createUser],
  ["alter user", alterUser],
  ["drop user", dropUser],
  ["create role", createRole],
  ["alter role", alterRole],
  ["drop role", dropRole],
  ["alter default privileges", alterDefaultPrivileges],
  ["grant role", grantRole],
  ["grant", (client, words) => grantOrRevoke(client, words, true)],
  ["revoke role", (client, words) => revokeRole(client, back(words))],
  ["revoke admin option", (client, words) => revokeRole(client, back(words))],
  ["revoke", (client, words) => grantOrRevoke(client, words, false)],
  ["set session authorization", (client, words) => setSessionAuthorization(client, words, false)],
  [
    "set session session authorization",
    (client, words) => setSessionAuthorization(client, words, false),
  ],
  [
    "set local session authorization",
    (client, words) => setSessionAuthorization(client, words, true),
  ],
  ["reset session authorization", (client) => resetSessionAuthorization(client)],
  ["show grants", showGrants],
  ...policyStatements,
  ...["create", "alter", "drop"].map((verb): readonly [string, Run] => [
    `${verb} group`,
    () => Promise.reject(unsupported("the stand-in does not keep groups: use roles")),
  ]),
];

/** A cheap look at the first word, past comments, before a statement of perhaps 100 KB is taken apart. */
const begins =
  /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:create|alter|drop|grant|revoke|set|reset|show|attach|detach)\b/i;

/** Users, roles, grants, policies and who the session is. Undefined for other statements. Rejects with RedshiftError. */
export function accessStatement(client: Client, sql: string): Promise<StatementResult> | undefined {
  if (!begins.test(sql)) return undefined;
  const words = new Words(sql);
  const found = statements.find(([start]) => words.take(...start.split(" ")));
  return found?.[1](client, words) ?? rowSecurityStatement(client, words);
}

/** REVOKE's own words are read again behind it. */
function back(words: Words): Words {
  const again = new Words(words.sql);
  again.expect("revoke");
  return again;
}

function grantOrRevoke(client: Client, words: Words, isGrant: boolean): Promise<StatementResult> {
  const isOptionOnly = !isGrant && words.take("grant", "option", "for");
  const system = grantSystemPermission(client, words, isGrant);
  if (system !== undefined) return system;
  const assuming = grantAssumeRole(client, words, isGrant);
  if (assuming !== undefined) return assuming;
  const privileges = readPrivileges(words);
  const head = { isGrant, isOptionOnly, privileges };
  if (words.take("for")) return grantInScope(client, words, head);
  if (words.take("on")) return grantOnObjects(client, words, head);
  throw words.isAtEnd
    ? new RedshiftError("syntax error at end of input", "42601")
    : words.unexpected();
}
