import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { openTestRedshift, type TestRedshift } from "../testing/test-redshift.ts";

let redshift: TestRedshift;
const run = async (...statements: readonly string[]) => {
  for (const statement of statements) await redshift.run(statement);
};

const as = (user: string, sql: string) => redshift.as(user, sql);

const denied = (relation: string) => `ERROR: permission denied for relation ${relation}`;

beforeAll(async () => {
  redshift = await openTestRedshift();
  await run("create user ana password disable", "create role analyst", "grant role analyst to ana");
  await run("create user ben password disable");
});

beforeEach(async () => {
  await run("drop schema if exists gold cascade", "drop schema if exists _physical cascade");
  await run("create schema gold", "create schema _physical");
  await run(
    "create table _physical.one as select 1 as a",
    "create table gold.plain as select 2 as a",
  );
  await run("create view gold.sales as select * from _physical.one with no schema binding");
});

afterAll(() => redshift.close());

test("a role's grants are its members', and nobody else's", async () => {
  expect(await as("ana", "select a from gold.plain")).toBe(
    "ERROR: permission denied for schema gold",
  );
  await run("grant usage on schema gold to role analyst");
  expect(await as("ana", "select a from gold.plain")).toBe(denied("plain"));
  await run("grant select on table gold.plain to role analyst");
  expect(await as("ana", "select a from gold.plain")).toEqual([["2"]]);
  expect(await as("ben", "select a from gold.plain")).toBe(
    "ERROR: permission denied for schema gold",
  );
  expect(await as("ana", "insert into gold.plain values (3)")).toBe(denied("plain"));
  await run("grant insert, update, delete on gold.plain to role analyst");
  expect(await as("ana", "insert into gold.plain values (3)")).toBe("done");
  await run("revoke all on gold.plain from role analyst");
  expect(await as("ana", "select a from gold.plain")).toBe(denied("plain"));
});

test("a late-binding view needs its reader's right on itself and its owner's on what it reads", async () => {
  await run("grant usage on schema gold to ana", "grant select on gold.sales to ana");
  expect(await as("ana", "select a from gold.sales")).toEqual([["1"]]);
  expect(await as("ana", "select a from _physical.one")).toBe(
    "ERROR: permission denied for schema _physical",
  );
  await run("grant create on schema gold to ben", "grant usage on schema gold to ben");
  await run("grant usage on schema _physical to ben");
  await as("ben", "create view gold.bens as select a from _physical.one with no schema binding");
  await run("grant select on gold.bens to ana");
  expect(await as("ana", "select a from gold.bens")).toBe(denied("one"));
  await run("grant select on _physical.one to ben");
  expect(await as("ana", "select a from gold.bens")).toEqual([["1"]]);
});

test("a scoped grant covers what is there, what comes, and a view that is made anew", async () => {
  await run("grant usage on schema gold to role analyst");
  await run("grant select for tables in schema gold to role analyst");
  expect(await as("ana", "select a from gold.plain")).toEqual([["2"]]);
  expect(await as("ana", "select a from gold.sales")).toEqual([["1"]]);
  await run("create table gold.later as select 3 as a");
  expect(await as("ana", "select a from gold.later")).toEqual([["3"]]);
  await run("drop view gold.sales", "create table _physical.two as select 'x'::varchar(3) as b");
  await run("create view gold.sales as select * from _physical.two with no schema binding");
  expect(await as("ana", "select * from gold.sales")).toEqual([["x"]]);
  await run("drop table _physical.two", "create table _physical.two as select 1 as c, 2 as d");
  expect(await as("ana", "select * from gold.sales")).toEqual([["1", "2"]]);
  expect(await as("ana", "select * from _physical.two")).toContain("permission denied for schema");
  expect(await as("ben", "select * from gold.sales")).toContain("permission denied for schema");
});

test("scoped and object grants do not touch one another", async () => {
  await run(
    "grant usage on schema gold to role analyst",
    "grant select on gold.plain to role analyst",
  );
  await run("grant select for tables in schema gold to role analyst");
  await run("revoke select on gold.plain from role analyst");
  expect(await as("ana", "select a from gold.plain")).toEqual([["2"]]);
  await run("grant select on gold.plain to role analyst");
  await run("revoke select for tables in schema gold from role analyst");
  expect(await as("ana", "select a from gold.plain")).toEqual([["2"]]);
  expect(await as("ana", "select a from gold.sales")).toBe(denied("sales"));
});

test("what another user makes in a schema is covered too, and a schema made anew is not", async () => {
  await run("grant usage, create on schema gold to ben");
  await run("grant usage on schema gold to role analyst");
  await run("grant select for tables in schema gold to role analyst");
  await as("ben", "create table gold.made as select 9 as a");
  expect(await as("ana", "select a from gold.made")).toEqual([["9"]]);
  await run("drop schema gold cascade", "create schema gold");
  await run(
    "grant usage on schema gold to role analyst",
    "create table gold.fresh as select 1 as a",
  );
  expect(await as("ana", "select a from gold.fresh")).toBe(denied("fresh"));
});

test("scopes of the whole database are for all schemas, and not for the stand-in's own", async () => {
  await run("grant usage for schemas in database " + (await database()) + " to role analyst");
  await run("grant select for tables in database " + (await database()) + " to role analyst");
  expect(await as("ana", "select a from _physical.one")).toEqual([["1"]]);
  await run("create schema extra", "create table extra.t as select 4 as a");
  expect(await as("ana", "select a from extra.t")).toEqual([["4"]]);
  expect(
    await redshift.rows(
      "select privilege_type, identity_name, privilege_scope from svv_database_privileges where identity_type = 'role' order by 1",
    ),
  ).toEqual([
    ["SELECT", "analyst", "TABLES"],
    ["USAGE", "analyst", "SCHEMAS"],
  ]);
  await run("revoke select for tables in database " + (await database()) + " from role analyst");
  await run("revoke usage for schemas in database " + (await database()) + " from role analyst");
  expect(await as("ana", "select a from extra.t")).toBe(
    "ERROR: permission denied for schema extra",
  );
  await run("drop schema extra cascade");
});

async function database(): Promise<string> {
  return (await redshift.rows("select current_database()"))[0]?.[0] ?? "";
}

test("a table is dropped by whom GRANT DROP lets, and by nobody else", async () => {
  await run("grant usage on schema gold to ana", "grant select on gold.plain to ana");
  expect(await as("ana", "drop table gold.plain")).toBe("ERROR: must be owner of table plain");
  await run("grant drop on gold.plain to role analyst");
  expect(await as("ana", "drop table gold.plain")).toBe("done");
  expect(await as("ana", "drop view gold.sales")).toBe("ERROR: must be owner of view sales");
  await run("grant drop for tables in schema gold to role analyst");
  expect(await as("ana", "drop view gold.sales")).toBe("done");
  await run("revoke drop for tables in schema gold from role analyst");
});

test("CREATE on a schema lets a user make tables there, which stay their own", async () => {
  await run("create schema work", "grant usage, create on schema work to role analyst");
  await run("revoke create on schema public from public");
  expect(await as("ana", "create table work.mine as select 1 as a")).toBe("done");
  expect(await as("ana", "create table public.mine as select 1 as a")).toContain(
    "permission denied",
  );
  expect(await as("ben", "select a from work.mine")).toContain("permission denied for schema work");
  expect(await as("ana", "drop table work.mine")).toBe("done");
  await run("drop schema work cascade", "grant create on schema public to public");
});

test("TRUNCATE and columns are granted by themselves", async () => {
  await run("grant usage on schema gold to ana", "create table gold.wide as select 1 as a, 2 as b");
  await run("grant select (a) on gold.wide to ana");
  expect(await as("ana", "select a from gold.wide")).toEqual([["1"]]);
  expect(await as("ana", "select b from gold.wide")).toBe(denied("wide"));
  expect(await as("ana", "truncate gold.wide")).toBe(denied("wide"));
  await run("grant truncate on gold.wide to ana");
  expect(await as("ana", "truncate gold.wide")).toBe("done");
  expect(
    await redshift.rows(
      "select relation_name, column_name, privilege_type, identity_name from svv_column_privileges",
    ),
  ).toEqual([["wide", "a", "SELECT", "ana"]]);
});

test("default privileges cover what their user makes later", async () => {
  await run(
    "grant usage, create on schema gold to ben",
    "grant usage on schema gold to role analyst",
  );
  await run(
    "alter default privileges for user ben in schema gold grant select on tables to role analyst",
  );
  await as("ben", "create table gold.bens as select 5 as a");
  expect(await as("ana", "select a from gold.bens")).toEqual([["5"]]);
  await run("create table gold.mine as select 6 as a");
  expect(await as("ana", "select a from gold.mine")).toBe(denied("mine"));
  expect(
    await redshift.rows(
      "select schema_name, object_type, owner_name, privilege_type, grantee_name, grantee_type from svv_default_privileges",
    ),
  ).toEqual([["gold", "RELATION", "ben", "SELECT", "analyst", "role"]]);
  await run(
    "alter default privileges for user ben in schema gold revoke select on tables from role analyst",
  );
  expect(await redshift.rows("select schema_name from svv_default_privileges")).toEqual([]);
});

test("the system views tell who holds what, and a plain user sees only their own", async () => {
  await run("grant usage on schema gold to role analyst", "grant create on schema gold to ben");
  await run("grant select for tables in schema gold to role analyst");
  await run(
    "grant select on gold.plain to ben with grant option",
    "grant insert on gold.plain to public",
  );
  expect(
    await redshift.rows(
      "select privilege_type, identity_name, identity_type, admin_option, privilege_scope from svv_schema_privileges where namespace_name = 'gold' order by 1",
    ),
  ).toEqual([
    ["CREATE", "ben", "user", "f", "SCHEMA"],
    ["SELECT", "analyst", "role", "f", "TABLES"],
    ["USAGE", "analyst", "role", "f", "SCHEMA"],
  ]);
  const relations =
    "select privilege_type, identity_name, identity_type, admin_option from svv_relation_privileges where namespace_name = 'gold' order by 1";
  expect(await redshift.rows(relations)).toEqual([
    ["INSERT", "public", "public", "f"],
    ["SELECT", "ben", "user", "t"],
  ]);
  expect(await as("ana", relations)).toEqual([["INSERT", "public", "public", "f"]]);
  expect(
    await redshift.rows(
      "select identity_name from svv_relation_privileges where identity_name like 'scope%'",
    ),
  ).toEqual([]);
});

test("SHOW GRANTS tells the same by object and by grantee", async () => {
  await run("grant usage on schema gold to role analyst");
  await run("grant select for tables in schema gold to role analyst");
  await run("grant insert on gold.plain to ben");
  const shown = async (statement: string) =>
    (await redshift.rows(statement)).map((row) => row.join(" "));
  const names = async (statement: string) =>
    (await redshift.run(statement)).columns.map(({ name }) => name).join(" ");
  const id = async (name: string) =>
    (await redshift.rows(`select role_id from svv_roles where role_name = '${name}'`))[0]?.[0];
  expect(await shown("show grants on schema gold")).toEqual([
    `gold gold SCHEMA SELECT ${await id("analyst")} analyst role f TABLES`,
    `gold gold SCHEMA USAGE ${await id("analyst")} analyst role f SCHEMA`,
  ]);
  expect(await shown("show grants on table gold.plain for ana")).toEqual([]);
  expect((await shown("show grants on gold.plain for ben"))[0]).toMatch(
    /^gold plain TABLE INSERT \d+ ben user f TABLE$/,
  );
  expect((await shown("show grants for role analyst limit 1"))[0]).toMatch(
    /gold {2}SCHEMA SELECT \d+ analyst role TABLES$/,
  );
  expect(await names("show grants for ben")).toBe(
    "database_name schema_name object_name object_type privilege_type identity_id identity_name identity_type privilege_scope",
  );
  expect(await redshift.refusal("show grants for role ben")).toContain('role "ben" does not exist');
});

test("a grant by somebody without the right to give it is refused", async () => {
  await run("grant usage on schema gold to ben", "grant select on gold.plain to ben");
  await run("grant usage on schema gold to ana");
  // As Postgres 8 did: a warning for who holds the privilege without the option.
  await as("ben", "grant select on gold.plain to ana");
  expect(await as("ana", "select a from gold.plain")).toBe(denied("plain"));
  expect(await as("ben", "grant drop on gold.plain to ana")).toContain(
    "permission denied for relation",
  );
  expect(await as("ben", "grant select for tables in schema gold to ana")).toContain(
    "permission denied",
  );
  await run("grant select on gold.plain to ben with grant option");
  await as("ben", "grant select on gold.plain to ana");
  expect(await as("ana", "select a from gold.plain")).toEqual([["2"]]);
});

test("what a transaction granted is undone with it", async () => {
  await run("grant usage on schema gold to role analyst", "begin");
  await run(
    "grant select for tables in schema gold to role analyst",
    "create role brief",
    "rollback",
  );
  expect(await as("ana", "select a from gold.plain")).toBe(denied("plain"));
  expect(await redshift.rows("select role_name from svv_roles where role_name = 'brief'")).toEqual(
    [],
  );
});

test.each([
  ["grant select on gold.plain to missing", 'user "missing" does not exist'],
  ["grant select on gold.plain to role ana", 'role "ana" does not exist'],
  ["grant select on gold.plain to analyst", 'user "analyst" does not exist'],
  ["grant select on gold.missing to ana", 'relation "gold.missing" does not exist'],
  [
    "grant select on gold.plain to role analyst with grant option",
    "WITH GRANT OPTION can be granted to users only",
  ],
  ["grant alter on gold.plain to ana", "the stand-in does not carry the privilege ALTER"],
  ["grant fly on gold.plain to ana", 'syntax error at or near "fly"'],
  ["grant select for tables in schema missing to ana", 'schema "missing" does not exist'],
  ["grant usage for tables in schema gold to ana", "invalid privilege type USAGE"],
  ["grant select for tables in schema gold to public", "cannot be granted to PUBLIC"],
  ["grant select for tables in schema gold to group g", "the stand-in does not keep groups"],
  ["grant execute for functions in schema gold to ana", "TABLES and SCHEMAS alone"],
  ["grant select for tables in database elsewhere to ana", 'database "elsewhere" does not exist'],
  ["grant usage on database x to ana", "USAGE is granted on databases of datashares only"],
  ["grant select on gold.plain", "syntax error at end of input"],
])("%s is refused", async (statement, message) => {
  expect(await redshift.refusal(statement)).toContain(message);
});

test("whoever is not kept from it uses the warehouse's IAM roles, until a superuser takes that from everybody", async () => {
  const elsewhere =
    "unload ('select 1 as a') to 's3://nowhere/x/' iam_role default format as parquet";
  const refused = (user: string) =>
    `ERROR: User ${user} does not have ASSUMEROLE permission on the IAM role for UNLOAD`;
  const granted = async () =>
    (
      await redshift.rows(
        "select identity_type, identity_name, command_type from svv_iam_privileges order by 1, 2, 3",
      )
    ).map((row) => row.join(" "));
  expect(await granted()).toEqual([
    ...["COPY", "CREATE MODEL", "EXFUNC", "UNLOAD"].map((command) => `public public ${command}`),
  ]);
  expect(await as("ana", elsewhere)).not.toContain("ASSUMEROLE");
  expect(await as("ana", "revoke assumerole on all from public for all")).toContain(
    "must be superuser",
  );
  await run("revoke assumerole on all from public for all");
  expect(await granted()).toEqual([]);
  expect(await as("ana", elsewhere)).toBe(refused("ana"));
  await run("grant assumerole on default to role analyst for copy, unload");
  expect(await granted()).toEqual(["role analyst COPY", "role analyst UNLOAD"]);
  expect(await as("ana", elsewhere)).not.toContain("ASSUMEROLE");
  expect(await as("ben", elsewhere)).toBe(refused("ben"));
  await run(
    "revoke assumerole on all from role analyst for all",
    "grant assumerole on 'arn:aws:iam::123456789012:role/loader' to ben for unload",
  );
  expect(await as("ana", elsewhere)).toBe(refused("ana"));
  expect(await as("ben", elsewhere)).not.toContain("ASSUMEROLE");
  await run("grant assumerole on all to public for all");
});
