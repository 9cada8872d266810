import type { Client } from "pg";
import type { NamedRelation } from "../named-relations.ts";
import { queryPostgres } from "../query-postgres.ts";
import { unsupported } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { textLiteral } from "../tokens.ts";
import { checkGrantee, readGrantee, type Grantee } from "./grantees.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

const identity = "privilege_type, identity_id, identity_name, identity_type";

/** SHOW GRANTS { ON object [FOR grantee] | FOR grantee } [LIMIT n]: what the system views of privileges tell. */
export async function showGrants(client: Client, words: Words): Promise<StatementResult> {
  const query = words.take("on") ? readObject(words) : undefined;
  if (query === undefined && !words.reads("for")) throw words.unexpected();
  const grantee = words.take("for") ? readGrantee(words) : undefined;
  const limit = words.take("limit") ? ` limit ${words.integer()}` : "";
  words.end();
  if (grantee !== undefined) await runStatements(client, [checkGrantee(grantee)]);
  const where = grantee === undefined ? "" : ` where ${isGrantee(grantee)}`;
  return queryPostgres(
    client,
    `select * from (${query ?? everyGrant}) as granted${where} order by ${query === undefined ? "2, 3, " : ""}identity_name, privilege_type${limit}`,
  );
}

function isGrantee({ kind, name }: Grantee): string {
  return `identity_type = ${textLiteral(kind)} and identity_name = ${textLiteral(name)}`;
}

const everyGrant = `
select current_database()::text as database_name, null::text as schema_name, null::text as object_name,
  'DATABASE'::text as object_type, ${identity}, privilege_scope from svv_database_privileges
union all
select current_database()::text, namespace_name, null, 'SCHEMA', ${identity}, privilege_scope from svv_schema_privileges
union all
select current_database()::text, namespace_name, relation_name, 'TABLE', ${identity}, 'TABLE' from svv_relation_privileges`;

function readObject(words: Words): string {
  if (words.reads("function")) throw unsupported("the stand-in shows no grants on functions");
  if (words.take("database"))
    return `select database_name, ${identity}, admin_option, privilege_scope from svv_database_privileges where database_name = ${textLiteral(words.name())}`;
  if (words.take("schema")) {
    const { name } = words.relation();
    return `select namespace_name as schema_name, namespace_name as object_name, 'SCHEMA'::text as object_type, ${identity}, admin_option, privilege_scope from svv_schema_privileges where namespace_name = ${textLiteral(name)}`;
  }
  words.take("table");
  const { schema = "public", name }: NamedRelation = words.relation();
  return `select namespace_name as schema_name, relation_name as object_name, 'TABLE'::text as object_type, ${identity}, admin_option, 'TABLE'::text as privilege_scope from svv_relation_privileges where namespace_name = ${textLiteral(schema)} and relation_name = ${textLiteral(name)}`;
}
