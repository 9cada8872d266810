import type { Client } from "pg";
import type { StatementResult } from "../statement-result.ts";
import { textLiteral } from "../tokens.ts";
import { granteeArguments, readGrantee } from "./grantees.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

/** CREATE ROLE name [EXTERNALID id] */
export function createRole(client: Client, words: Words): Promise<StatementResult> {
  const name = words.identity();
  const externalId = words.take("externalid") ? textLiteral(words.text()) : "null";
  words.end();
  return runStatements(client, [
    `select pg_internal.create_role(${textLiteral(name)}, ${externalId})`,
  ]);
}

/** ALTER ROLE name [WITH] { RENAME TO name | OWNER TO user } */
export function alterRole(client: Client, words: Words): Promise<StatementResult> {
  const name = textLiteral(words.identity());
  words.take("with");
  const isRename = words.take("rename", "to");
  if (!isRename) words.expect("owner", "to");
  const other = textLiteral(words.identity());
  words.end();
  return runStatements(client, [
    isRename
      ? `select pg_internal.rename_identity('role', ${name}, ${other})`
      : `select pg_internal.change_role_owner(${name}, ${other})`,
  ]);
}

/** DROP ROLE name [FORCE | RESTRICT] */
export function dropRole(client: Client, words: Words): Promise<StatementResult> {
  const name = textLiteral(words.identity());
  const isForced = words.take("force");
  if (!isForced) words.take("restrict");
  words.end();
  return runStatements(client, [`select pg_internal.drop_role(${name}, ${isForced})`]);
}

/** GRANT ROLE r, … TO { user [WITH ADMIN OPTION] | ROLE r }, … */
export function grantRole(client: Client, words: Words): Promise<StatementResult> {
  const roles = readRoles(words);
  words.expect("to");
  const grantees = words.list(() => {
    if (words.reads("public") || words.reads("group")) throw words.unexpected();
    const grantee = readGrantee(words);
    const withAdmin = grantee.kind === "user" && words.take("with", "admin", "option");
    return `${granteeArguments(grantee)}, ${withAdmin}`;
  });
  words.end();
  return runStatements(
    client,
    roles.flatMap((role) =>
      grantees.map((grantee) => `select pg_internal.grant_role(${textLiteral(role)}, ${grantee})`),
    ),
  );
}

/** REVOKE [ADMIN OPTION FOR] ROLE r, … FROM { user | ROLE r }, … */
export function revokeRole(client: Client, words: Words): Promise<StatementResult> {
  const adminOnly = words.take("admin", "option", "for");
  words.expect("role");
  const roles = readRoles(words);
  words.expect("from");
  const grantees = words.list(() => granteeArguments(readGrantee(words)));
  words.end();
  return runStatements(
    client,
    roles.flatMap((role) =>
      grantees.map(
        (grantee) =>
          `select pg_internal.revoke_role(${textLiteral(role)}, ${grantee}, ${adminOnly})`,
      ),
    ),
  );
}

function readRoles(words: Words): readonly string[] {
  return words.list(() => {
    words.take("role");
    return words.identity();
  });
}
