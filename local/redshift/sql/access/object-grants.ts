import type { Client } from "pg";
import { qualifiedName } from "../named-relations.ts";
import { plainText } from "../plain-text.ts";
import { RedshiftError, unsupported } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { quotedName, textLiteral } from "../tokens.ts";
import {
  checkGrantee,
  granteeArguments,
  granteeName,
  readGrantee,
  type Grantee,
} from "./grantees.ts";
import { expanded, tablePrivileges, type Privilege } from "./privileges.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

/** What is granted on: in Postgres's words, and, of tables, a query of their oids. */
interface Target {
  readonly text: string;
  readonly relations?: string;
}

export interface GrantHead {
  readonly isGrant: boolean;
  /** REVOKE GRANT OPTION FOR. */
  readonly isOptionOnly: boolean;
  readonly privileges: readonly Privilege[];
}

/** GRANT and REVOKE of privileges ON something, from behind ON. */
export function grantOnObjects(
  client: Client,
  words: Words,
  head: GrantHead,
): Promise<StatementResult> {
  const target = readTarget(words, head);
  words.expect(head.isGrant ? "to" : "from");
  if (words.reads("rls", "policy") || words.reads("masking", "policy"))
    return grantToPolicy(client, words, { head, relations: target.relations });
  const grantees = words.list(() => ({
    grantee: readGrantee(words),
    withGrant: head.isGrant && words.take("with", "grant", "option"),
  }));
  if (!head.isGrant && !words.take("cascade")) words.take("restrict");
  words.end();
  for (const { grantee, withGrant } of grantees)
    if (withGrant && grantee.kind !== "user")
      throw new RedshiftError("WITH GRANT OPTION can be granted to users only", "0LP01");
  return runStatements(
    client,
    grantees.flatMap((each) => [checkGrantee(each.grantee), ...statementsFor(each, target, head)]),
  );
}

/** GRANT SELECT ON TABLE lookup TO { RLS | MASKING } POLICY p, … */
function grantToPolicy(
  client: Client,
  words: Words,
  { head, relations }: { readonly head: GrantHead; readonly relations: string | undefined },
): Promise<StatementResult> {
  const { privileges, isGrant } = head;
  const isSelect = privileges.every(({ name, columns }) => name === "SELECT" && columns === "");
  if (!isSelect || relations === undefined)
    throw new RedshiftError("policies are granted SELECT on tables only", "0LP01");
  const kind = words.take("rls") ? "rls" : "masking";
  if (kind === "masking") words.expect("masking");
  words.expect("policy");
  const policies = words.list(() => textLiteral(words.name()));
  words.end();
  return runStatements(
    client,
    policies.map(
      (policy) =>
        `select pg_internal.grant_lookup('${kind}', ${policy}, oid, ${isGrant}) from (${relations}) as granted`,
    ),
  );
}

function readTarget(words: Words, { privileges, isGrant }: GrantHead): Target {
  if (words.take("all", "tables", "in", "schema")) {
    const schemas = words.list(() => words.name());
    return {
      text: `all tables in schema ${schemas.map(quotedName).join(", ")}`,
      relations: `select tables_in_schema as oid from unnest(array[${schemas.map(textLiteral).join(", ")}]) as s, pg_internal.tables_in_schema(s)`,
    };
  }
  if (words.take("schema"))
    return { text: `schema ${words.list(() => quotedName(words.name())).join(", ")}` };
  if (words.take("database")) {
    if (privileges.some(({ name }) => name === "USAGE"))
      throw unsupported("USAGE is granted on databases of datashares only");
    return { text: `database ${words.list(() => quotedName(words.name())).join(", ")}` };
  }
  const others = ["language", "function", "procedure", "all"];
  if (others.some((word) => words.reads(word)))
    return { text: plainText(words.textBefore(isGrant ? "to" : "from")).plain };
  for (const word of ["model", "datashare", "external", "copy", "job", "template"])
    if (words.reads(word))
      throw unsupported(`the stand-in does not grant on ${word.toUpperCase()}`);
  words.take("table");
  const names = words.list(() => qualifiedName(words.relation()));
  return {
    text: `table ${names.join(", ")}`,
    relations: `select n::regclass::oid as oid from unnest(array[${names.map(textLiteral).join(", ")}]) as n`,
  };
}

function statementsFor(
  { grantee, withGrant }: { readonly grantee: Grantee; readonly withGrant: boolean },
  { text, relations }: Target,
  { isGrant, isOptionOnly, privileges }: GrantHead,
): readonly string[] {
  const name = granteeName(grantee);
  const statement = (what: string) =>
    isGrant
      ? `grant ${what} on ${text} to ${name}${withGrant ? " with grant option" : ""}`
      : `revoke ${isOptionOnly ? "grant option for " : ""}${what} on ${text} from ${name}`;
  if (relations === undefined) return [statement(privileges.map((each) => each.name).join(", "))];

  const limited = privileges.filter(({ columns }) => columns !== "");
  const whole = expanded(
    privileges.filter(({ columns }) => columns === ""),
    tablePrivileges,
  );
  const own = whole.filter((each) => each !== "DROP");
  const drop = isGrant
    ? `pg_internal.grant_drop(oid, ${granteeArguments(grantee)}, ${withGrant})`
    : `pg_internal.revoke_drop(oid, ${granteeArguments(grantee)}, ${isOptionOnly})`;
  return [
    ...limited.map((each) => statement(`${each.name} ${plainText(each.columns).plain}`)),
    ...(own.length > 0 ? [statement(own.join(", "))] : []),
    ...(whole.includes("DROP") ? [`select ${drop} from (${relations}) as granted`] : []),
  ];
}
