import type { Client } from "pg";
import { accessViews } from "./access/access-views.ts";
import { identityFunctions } from "./access/identity-functions.ts";
import { maskFunctions } from "./access/mask-functions.ts";
import { policyFunctions } from "./access/policy-functions.ts";
import { protectedQueryFunctions } from "./access/protected-query-functions.ts";
import { rowPolicyFunctions } from "./access/row-policy-functions.ts";
import { policyViews } from "./access/policy-views.ts";
import { privilegeFunctions } from "./access/privilege-functions.ts";
import { databaseFunctions } from "./database-functions.ts";
import { databaseViews } from "./database-views.ts";
import { lateBindingFunctions } from "./late-binding-functions.ts";

const settings = {
  timezone: "UTC",
  datestyle: "ISO, MDY",
  intervalstyle: "postgres",
  standard_conforming_strings: "off",
  escape_string_warning: "off",
};
const preparation = 7_281_939;

/** In a new database of Redshift's everybody may make things in the schema public. */
const publicSchema = `
do $$ begin
  if to_regnamespace('pg_internal') is null then grant create on schema public to public; end if;
end $$;`;

/**
 * Makes a Postgres database behave as a Redshift one, for this connection and all that come after it. May be done
 * again, and by several at once. The user must be a superuser, and the connection outside a transaction.
 */
export async function prepareDatabase(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select quote_ident(current_database()) as name",
  );
  const database = rows[0]?.name ?? "";
  const alterations = Object.entries(settings).map(
    ([name, value]) => `alter database ${database} set ${name} = '${value}';`,
  );
  try {
    await client.query(`begin;
set local allow_system_table_mods = on;
set local client_min_messages = warning;
select pg_advisory_xact_lock(${preparation});
${publicSchema}
${databaseFunctions}
${identityFunctions}
${privilegeFunctions}
${policyFunctions}
${maskFunctions}
${rowPolicyFunctions}
${protectedQueryFunctions}
${lateBindingFunctions}
${databaseViews}
${accessViews}
${policyViews}
${alterations.join("\n")}
commit`);
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
  for (const [name, value] of Object.entries(settings))
    await client.query(`set ${name} = '${value}'`);
}
