import type { Client } from "pg";
import { unsupported } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { quotedName } from "../tokens.ts";
import { checkGrantee, granteeName, readGrantee } from "./grantees.ts";
import { expanded, readPrivileges, tablePrivileges } from "./privileges.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

/** ALTER DEFAULT PRIVILEGES [FOR USER u, …] [IN SCHEMA s, …] { GRANT | REVOKE } … */
export function alterDefaultPrivileges(client: Client, words: Words): Promise<StatementResult> {
  const users = words.take("for", "user") ? words.list(() => words.identity()) : [];
  const schemas = words.take("in", "schema") ? words.list(() => quotedName(words.name())) : [];
  const isGrant = words.take("grant");
  if (!isGrant) words.expect("revoke");
  const isOptionOnly = !isGrant && words.take("grant", "option", "for");
  const privileges = readPrivileges(words);
  words.expect("on");
  const isTables = words.take("tables");
  if (!isTables && !words.reads("functions") && !words.reads("procedures"))
    throw words.unexpected();
  const objects = isTables ? "tables" : words.name() === "functions" ? "functions" : "routines";
  words.expect(isGrant ? "to" : "from");
  const grantees = words.list(() => ({
    grantee: readGrantee(words),
    withGrant: isGrant && words.take("with", "grant", "option"),
  }));
  if (!isGrant && !words.take("cascade")) words.take("restrict");
  words.end();

  const isAll = privileges.some(({ name }) => name === "ALL");
  const names = expanded(privileges, isTables ? tablePrivileges : ["EXECUTE"]);
  if (!isAll && names.includes("DROP"))
    throw unsupported("the stand-in does not carry DROP as a default privilege: use a scoped one");
  const granted = names.filter((name) => name !== "DROP").join(", ");
  const start = [
    "alter default privileges",
    ...(users.length > 0 ? [`for role ${users.map(quotedName).join(", ")}`] : []),
    ...(schemas.length > 0 ? [`in schema ${schemas.join(", ")}`] : []),
  ].join(" ");
  return runStatements(client, [
    ...users.map((name) => checkGrantee({ kind: "user", name })),
    ...grantees.flatMap(({ grantee, withGrant }) => [
      checkGrantee(grantee),
      isGrant
        ? `${start} grant ${granted} on ${objects} to ${granteeName(grantee)}${withGrant ? " with grant option" : ""}`
        : `${start} revoke ${isOptionOnly ? "grant option for " : ""}${granted} on ${objects} from ${granteeName(grantee)}`,
    ]),
  ]);
}
