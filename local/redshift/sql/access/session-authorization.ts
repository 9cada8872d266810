import type { Client } from "pg";
import { RedshiftError } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { quotedName, textLiteral } from "../tokens.ts";
import { checkGrantee } from "./grantees.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

/** As whom connections were opened; without an entry as the administrator. */
const logins = new WeakMap<Client, string>();

/**
 * From now on statements of this connection run as this user of the database, created on its first visit where AWS
 * does so. Throws when there is no such user. A connection that goes to somebody else must be logged out first.
 */
export async function logIn(client: Client, user: string, mayBeCreated: boolean): Promise<void> {
  await client.query("select pg_internal.login_user($1, $2)", [user, mayBeCreated]);
  await client.query(`set session authorization ${quotedName(user)}`);
  logins.set(client, user);
}

/** The connection is nobody's any more: `discard all` makes it the administrator's again. */
export function logOut(client: Client): void {
  logins.delete(client);
}

/** SET [SESSION | LOCAL] SESSION AUTHORIZATION { user | DEFAULT }, from behind it. */
export function setSessionAuthorization(
  client: Client,
  words: Words,
  isLocal: boolean,
): Promise<StatementResult> {
  if (words.take("default")) {
    words.end();
    return resetSessionAuthorization(client, isLocal);
  }
  const token = words.tokens.at(-1);
  const name = token?.kind === "text" ? words.text() : words.identity();
  words.end();
  return authorize(client, name, isLocal);
}

export function resetSessionAuthorization(
  client: Client,
  isLocal = false,
): Promise<StatementResult> {
  const login = logins.get(client);
  return runStatements(client, [
    `set ${isLocal ? "local " : ""}session authorization ${login === undefined ? "default" : quotedName(login)}`,
  ]);
}

async function authorize(client: Client, name: string, isLocal: boolean): Promise<StatementResult> {
  const login = logins.get(client);
  // Postgres would ask who opened the connection, which is its own superuser.
  if (login !== undefined && login !== name) {
    const { rows } = await client.query<{ may: boolean }>(
      "select pg_internal.is_superuser($1) as may",
      [login],
    );
    if (rows[0]?.may !== true)
      throw new RedshiftError("permission denied to set session authorization", "42501");
  }
  return runStatements(client, [
    checkGrantee({ kind: "user", name }),
    `set ${isLocal ? "local " : ""}session authorization ${textLiteral(name)}`,
  ]);
}
