import type { Client } from "pg";
import { RedshiftError, unsupported } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { textLiteral } from "../tokens.ts";
import { granteeArguments, readGrantee } from "./grantees.ts";
import type { GrantHead } from "./object-grants.ts";
import { expanded, tablePrivileges } from "./privileges.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

const schemaPrivileges = ["CREATE", "USAGE"];

/** GRANT and REVOKE of scoped permissions, from behind FOR: what is there and what will be made. */
export function grantInScope(
  client: Client,
  words: Words,
  head: GrantHead,
): Promise<StatementResult> {
  const { isGrant, isOptionOnly, privileges } = head;
  const isTables = words.take("tables", "in");
  if (!isTables && !words.take("schemas", "in")) {
    if (words.reads("functions") || words.reads("languages") || words.reads("procedures"))
      throw unsupported("the stand-in has scoped permissions of TABLES and SCHEMAS alone");
    throw words.unexpected();
  }
  const schema = isTables && words.take("schema") ? words.name() : undefined;
  const database =
    schema === undefined || words.reads("database") ? readDatabase(words) : undefined;
  const all = isTables ? tablePrivileges : schemaPrivileges;
  const names = expanded(privileges, all);
  const unfit = names.find((name) => !(all as readonly string[]).includes(name));
  if (unfit !== undefined || privileges.some(({ columns }) => columns !== ""))
    throw new RedshiftError(
      `invalid privilege type ${unfit ?? "of columns"} for this scope`,
      "0LP01",
    );

  words.expect(isGrant ? "to" : "from");
  const grantees = words.list(() => {
    if (words.reads("public"))
      throw new RedshiftError("scoped permissions cannot be granted to PUBLIC", "0LP01");
    const grantee = readGrantee(words);
    const withGrant = isGrant && grantee.kind === "user" && words.take("with", "grant", "option");
    return `${granteeArguments(grantee)}, ${isGrant ? withGrant : isOptionOnly}`;
  });
  words.end();
  const scope = `${schema === undefined ? "null" : textLiteral(schema)}, '${isTables ? "TABLES" : "SCHEMAS"}'`;
  return runStatements(client, [
    ...(database === undefined
      ? []
      : [`select pg_internal.check_database(${textLiteral(database)})`]),
    ...names.flatMap((name) =>
      grantees.map(
        (grantee) =>
          `select pg_internal.${isGrant ? "grant" : "revoke"}_scoped(${scope}, '${name}', ${grantee})`,
      ),
    ),
  ]);
}

function readDatabase(words: Words): string {
  words.expect("database");
  return words.name();
}
