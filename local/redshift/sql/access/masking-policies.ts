import type { Client } from "pg";
import { qualifiedName } from "../named-relations.ts";
import { RedshiftError } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { textLiteral } from "../tokens.ts";
import { granteeArguments, readGrantee } from "./grantees.ts";
import { readMasks, readPolicyColumns, type PolicyColumn } from "./policy-expressions.ts";
import { runStatements } from "./run-statements.ts";
import { jsonLiteral, namesLiteral, relationLiteral } from "./policy-literals.ts";
import { Words } from "./words.ts";

/** CREATE MASKING POLICY p [IF NOT EXISTS] WITH (c type, …) USING (expression, …) */
export async function createMaskingPolicy(client: Client, words: Words): Promise<StatementResult> {
  const name = textLiteral(words.name());
  const mayExist = words.take("if", "not", "exists");
  words.expect("with");
  const columns = words.bracketed();
  words.expect("using");
  const expressions = words.bracketed();
  words.end();
  const inputs = await readPolicyColumns(client, columns);
  const masks = await readMasks(client, expressions, inputs);
  return runStatements(client, [
    `select pg_internal.create_masking_policy(${name}, ${mayExist}, ${jsonLiteral(inputs)}, ${jsonLiteral(masks.expressions)}, ${namesLiteral(masks.lookups)})`,
  ]);
}

/** ALTER MASKING POLICY p USING (expression, …): the inputs and the types stay. */
export async function alterMaskingPolicy(client: Client, words: Words): Promise<StatementResult> {
  const name = words.name();
  words.expect("using");
  const expressions = words.bracketed();
  words.end();
  const { rows } = await client.query<{ inputs: readonly PolicyColumn[] | null }>(
    "select pg_internal.policy_inputs('masking', $1) as inputs",
    [name],
  );
  const inputs = rows[0]?.inputs;
  if (!inputs) throw new RedshiftError(`masking policy "${name}" does not exist`, "42704");
  const masks = await readMasks(client, expressions, inputs);
  return runStatements(client, [
    `select pg_internal.alter_masking_policy(${textLiteral(name)}, ${jsonLiteral(masks.expressions)}, ${namesLiteral(masks.lookups)})`,
  ]);
}

/** DROP MASKING POLICY p */
export function dropMaskingPolicy(client: Client, words: Words): Promise<StatementResult> {
  const mayBeMissing = words.take("if", "exists");
  const names = words.list(() => textLiteral(words.name()));
  words.end();
  return runStatements(
    client,
    names.map(
      (name) => `select pg_internal.drop_policy('masking', ${name}, ${mayBeMissing}, false)`,
    ),
  );
}

/** ATTACH MASKING POLICY p ON r (c, …) [USING (c, …)] TO { user | ROLE r | PUBLIC } [PRIORITY n] */
export function attachMaskingPolicy(client: Client, words: Words): Promise<StatementResult> {
  const { name, relation, outputs } = readAttachment(words);
  const inputs = words.take("using") ? columnNames(words.bracketed()) : outputs;
  words.expect("to");
  const grantee = readGrantee(words);
  const priority = words.take("priority") ? words.integer() : 0;
  words.end();
  return runStatements(client, [
    `select pg_internal.attach_mask(${name}, ${relation}, ${namesLiteral(outputs)}, ${namesLiteral(inputs)}, ${granteeArguments(grantee)}, ${priority})`,
  ]);
}

/** DETACH MASKING POLICY p ON r (c, …) FROM { user | ROLE r | PUBLIC } */
export function detachMaskingPolicy(client: Client, words: Words): Promise<StatementResult> {
  const { name, relation, outputs } = readAttachment(words);
  words.expect("from");
  const grantee = readGrantee(words);
  words.end();
  return runStatements(client, [
    `select pg_internal.detach_mask(${name}, ${relation}, ${namesLiteral(outputs)}, ${granteeArguments(grantee)})`,
  ]);
}

function readAttachment(words: Words) {
  const name = textLiteral(words.name());
  words.expect("on");
  const relation = relationLiteral(qualifiedName(words.relation()));
  return { name, relation, outputs: columnNames(words.bracketed()) };
}

/** Paths into SUPER are refused at their dot. */
function columnNames(text: string): readonly string[] {
  const words = new Words(text);
  const names = words.list(() => words.name());
  words.end();
  return names;
}
