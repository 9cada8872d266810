import type { AccessFact } from "../../../core/access-fact.ts";
import type { Row } from "../../../core/ports.ts";
import { zones } from "../../../core/relation.ts";
import { quoteText } from "../../../core/sql-text.ts";
import { attributesSchema, attributesTable, isOwnName } from "./names.ts";

/** What a warehouse says of who may see what. */
export interface LiveAccess {
  /** Of the runner's own roles, policies and probes, and the users that there are. */
  readonly facts: readonly AccessFact[];
  /** Rights on the zones that others than the runner's roles were given by hand, in words. */
  readonly foreign: readonly string[];
}

type Ask = (query: string) => Promise<readonly Row[]>;

/**
 * Reads it from Redshift's system views, which show all of it to superusers and, but for rights on relations, to users
 * with the role sys:secadmin.
 */
export async function readLiveAccess(ask: Ask, prefix: string): Promise<LiveAccess> {
  const isOwn = (column: string) => isOwnName(column, prefix);
  const read = async (query: string, factOf: (row: Row) => AccessFact | undefined) =>
    (await ask(query)).flatMap((row) => factOf(row) ?? []);
  const parts = await Promise.all([
    readLiveRoles(ask, prefix),
    read(`select ${text("usename")} from pg_catalog.pg_user order by 1`, ({ usename }) =>
      userFact(String(usename), prefix),
    ),
    read(
      `select ${text("role_name")}, ${text("user_name")} from svv_user_grants where ${isOwn("role_name")} order by 1, 2`,
      ({ role_name: role, user_name: user }) => ({
        ...{ kind: "member", role: String(role), user: String(user) },
      }),
    ),
    read(
      `select ${text("role_name")}, ${text("granted_role_name")} from svv_role_grants where ${isOwn("role_name")} order by 1, 2`,
      ({ role_name: role, granted_role_name: from }) => ({
        ...{ kind: "inherited", role: String(role), from: String(from) },
      }),
    ),
    read(
      `select ${text("identity_name")}, ${text("namespace_name")}, lower(privilege_type) as privilege, lower(privilege_scope) as privilege_scope from svv_schema_privileges where identity_type = 'role' and ${isOwn("identity_name")} order by 1, 2, 3, 4`,
      (row) => ({
        kind: row.privilege_scope === "schema" ? "schema" : "scope",
        role: String(row.identity_name),
        schema: String(row.namespace_name),
        right: String(row.privilege),
      }),
    ),
    read(
      `select ${text("identity_name")}, ${text("namespace_name")}, ${text("relation_name")}, lower(privilege_type) as privilege from svv_relation_privileges where identity_type = 'role' and ${isOwn("identity_name")} order by 1, 2, 3, 4`,
      (row) => ({
        kind: "relation",
        role: String(row.identity_name),
        on: { schema: String(row.namespace_name), name: String(row.relation_name) },
        right: String(row.privilege),
      }),
    ),
    read(
      `select ${text("policy_name")} from svv_masking_policy where ${isOwn("policy_name")} order by 1`,
      ({ policy_name: name }) => ({ kind: "masking_policy", name: String(name) }),
    ),
    readMasks(ask, isOwn),
    read(
      `select ${text("polname")} from svv_rls_policy where ${isOwn("polname")} order by 1`,
      ({ polname: name }) => ({ kind: "row_policy", name: String(name) }),
    ),
    read(
      `select ${text("grantee")}, ${text("relschema")}, ${text("relname")}, ${text("polname")} from svv_rls_attached_policy where granteekind = 'role' and ${isOwn("grantee")} and ${isOwn("polname")} order by 1, 2, 3, 4`,
      (row) => ({
        kind: "rows",
        role: String(row.grantee),
        on: { schema: String(row.relschema), name: String(row.relname) },
        policy: String(row.polname),
      }),
    ),
    read(
      `select ${text("relschema")}, ${text("relname")} from svv_rls_relation where is_rls_on and relschema in (${zoneList}) order by 1, 2`,
      ({ relschema: schema, relname: name }) => ({
        ...{ kind: "filtered", on: { schema: String(schema), name: String(name) } },
      }),
    ),
    readAttributes(ask),
  ]);
  const facts = parts.flat();
  return { facts, foreign: await readForeign(ask, isOwn) };
}

/** The runner's own roles, which everybody may see. */
export async function readLiveRoles(ask: Ask, prefix: string): Promise<readonly AccessFact[]> {
  const rows = await ask(
    `select ${text("role_name")} from svv_roles where ${isOwnName("role_name", prefix)} order by 1`,
  );
  return rows.map(({ role_name: role }) => ({ kind: "role", role: String(role) }));
}

const zoneList = zones.map(quoteText).join(", ");

/** Names come in types of the catalog's own. */
function text(column: string): string {
  return `cast(${column} as varchar(128)) as ${column}`;
}

function userFact(user: string, prefix: string): AccessFact {
  const probe = `${prefix}probe_`;
  return user.startsWith(probe)
    ? { kind: "probe", role: prefix + user.slice(probe.length), user }
    : { kind: "user", user };
}

async function readMasks(
  ask: Ask,
  isOwn: (column: string) => string,
): Promise<readonly AccessFact[]> {
  const rows = await ask(
    `select ${text("grantee")}, ${text("schema_name")}, ${text("table_name")}, ${text("policy_name")}, priority, cast(output_columns as varchar(1000)) as output_columns from svv_attached_masking_policy where grantee_type = 'role' and ${isOwn("grantee")} and ${isOwn("policy_name")} order by 1, 2, 3, 4, 6`,
  );
  return rows.flatMap((row) =>
    // Written as a list of names: ["email"].
    [...String(row.output_columns).matchAll(/[a-z_][a-z0-9_]*/gi)].map(([column]) => ({
      kind: "mask" as const,
      role: String(row.grantee),
      on: { schema: String(row.schema_name), name: String(row.table_name) },
      column,
      policy: String(row.policy_name),
      priority: Number(row.priority),
    })),
  );
}

async function readAttributes(ask: Ask): Promise<readonly AccessFact[]> {
  const [schema, table] = attributesTable.split(".").map((part) => quoteText(part));
  const found = await ask(
    `select 1 as one from svv_tables where table_schema = ${schema ?? ""} and table_name = ${table ?? ""}`,
  );
  if (found.length === 0) return [];
  const rows = await ask(
    `select role_name, member_name, attribute_name, integer_value, text_value from ${attributesTable} order by 1, 2, 3, 4, 5`,
  );
  return [
    { kind: "attributes" },
    ...rows.map((row) => ({
      kind: "attribute" as const,
      role: String(row.role_name),
      user: String(row.member_name),
      attribute: String(row.attribute_name),
      value: row.integer_value === null ? String(row.text_value) : Number(row.integer_value),
    })),
  ];
}

/** The runner's user made the relations, and what is granted on them to somebody else was granted by hand. */
async function readForeign(
  ask: Ask,
  isOwn: (column: string) => string,
): Promise<readonly string[]> {
  const inZones = (column: string) => `${column} in (${zoneList}, ${privateList})`;
  const rows = await ask(
    `select ${text("namespace_name")}, ${text("relation_name")}, lower(privilege_type) as privilege, ${text("identity_name")}, ${text("identity_type")} from svv_relation_privileges where ${inZones("namespace_name")} and not (identity_type = 'role' and ${isOwn("identity_name")}) and identity_name <> current_user order by 1, 2, 3, 4`,
  );
  return rows.map(
    (row) =>
      `${String(row.identity_type)} ${String(row.identity_name)} may ${String(row.privilege)} ${String(row.namespace_name)}.${String(row.relation_name)}`,
  );
}

const privateList = [attributesSchema, "_physical", "_runner", "_failures"]
  .map(quoteText)
  .join(", ");
