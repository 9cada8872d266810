import type { Client } from "pg";
import { qualifiedName } from "../named-relations.ts";
import { RedshiftError } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { textLiteral } from "../tokens.ts";
import { granteeArguments, readGrantee } from "./grantees.ts";
import { readPolicyColumns, readPredicate, type PolicyColumn } from "./policy-expressions.ts";
import { jsonLiteral, namesLiteral, relationLiteral } from "./policy-literals.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

/** The alias of the rows when a policy names none. */
const defaultAlias = "rls_table";

/** CREATE RLS POLICY p [WITH (c type, …) [[AS] alias]] USING (predicate) */
export async function createRowPolicy(client: Client, words: Words): Promise<StatementResult> {
  const name = textLiteral(words.name());
  const columns = words.take("with") ? words.bracketed() : "";
  const hasAlias = columns !== "" && (words.take("as") || !words.reads("using"));
  const alias = hasAlias ? words.name() : undefined;
  words.expect("using");
  const predicate = words.bracketed();
  words.end();
  const inputs = columns === "" ? [] : await readPolicyColumns(client, columns);
  const read = await readPredicate(client, predicate, { inputs, alias: alias ?? defaultAlias });
  const aliasLiteral = alias === undefined ? "null" : textLiteral(alias);
  return runStatements(client, [
    `select pg_internal.create_row_policy(${name}, ${aliasLiteral}, ${jsonLiteral(inputs)}, ${jsonLiteral(read.expressions[0])}, ${namesLiteral(read.lookups)})`,
  ]);
}

/** ALTER RLS POLICY p USING (predicate) */
export async function alterRowPolicy(client: Client, words: Words): Promise<StatementResult> {
  const name = words.name();
  words.expect("using");
  const predicate = words.bracketed();
  words.end();
  const { rows } = await client.query<{
    inputs: readonly PolicyColumn[] | null;
    alias: string | null;
  }>(
    "select pg_internal.policy_inputs('rls', $1) as inputs, pg_internal.policy_alias($1) as alias",
    [name],
  );
  const inputs = rows[0]?.inputs;
  if (!inputs) throw new RedshiftError(`rls policy "${name}" does not exist`, "42704");
  const alias = rows[0]?.alias ?? defaultAlias;
  const read = await readPredicate(client, predicate, { inputs, alias });
  return runStatements(client, [
    `select pg_internal.alter_row_policy(${textLiteral(name)}, ${jsonLiteral(read.expressions[0])}, ${namesLiteral(read.lookups)})`,
  ]);
}

/** DROP RLS POLICY [IF EXISTS] p, … [CASCADE | RESTRICT] */
export function dropRowPolicy(client: Client, words: Words): Promise<StatementResult> {
  const mayBeMissing = words.take("if", "exists");
  const names = words.list(() => textLiteral(words.name()));
  const isCascade = words.take("cascade");
  if (!isCascade) words.take("restrict");
  words.end();
  return runStatements(
    client,
    names.map(
      (name) => `select pg_internal.drop_policy('rls', ${name}, ${mayBeMissing}, ${isCascade})`,
    ),
  );
}

/** ATTACH RLS POLICY p ON [TABLE] r, … TO { user | ROLE r | PUBLIC }, … */
export function attachRowPolicy(client: Client, words: Words): Promise<StatementResult> {
  return changeAttachment(client, words, { word: "to", change: "attach" });
}

/** DETACH RLS POLICY p ON [TABLE] r, … FROM { user | ROLE r | PUBLIC }, … */
export function detachRowPolicy(client: Client, words: Words): Promise<StatementResult> {
  return changeAttachment(client, words, { word: "from", change: "detach" });
}

function changeAttachment(
  client: Client,
  words: Words,
  { word, change }: { readonly word: string; readonly change: "attach" | "detach" },
): Promise<StatementResult> {
  const name = textLiteral(words.name());
  words.expect("on");
  words.take("table");
  const relations = words.list(() => relationLiteral(qualifiedName(words.relation())));
  words.expect(word);
  const grantees = words.list(() => granteeArguments(readGrantee(words)));
  words.end();
  return runStatements(
    client,
    relations.flatMap((relation) =>
      grantees.map(
        (grantee) => `select pg_internal.${change}_row_policy(${name}, ${relation}, ${grantee})`,
      ),
    ),
  );
}
