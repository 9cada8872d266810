import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openTestRedshift, type TestRedshift } from "../testing/test-redshift.ts";

let redshift: TestRedshift;
const run = (...statements: readonly string[]) => runAll(statements);
const runAll = async (statements: readonly string[]) => {
  for (const statement of statements) await redshift.run(statement);
};

beforeAll(async () => {
  redshift = await openTestRedshift();
});

afterAll(() => redshift.close());

test("users and roles are told apart, and are in their system views", async () => {
  await run(
    `create user "IAM:Ana" password disable`,
    "create user bob with password 'Password1' createdb connection limit 3",
    "create role analyst",
    "create role lead",
    "grant role analyst to role lead",
    `grant role lead to "IAM:Ana"`,
    "grant role analyst to bob with admin option",
  );
  expect(
    await redshift.rows(
      "select user_name, createdb, superuser, connection_limit from svv_user_info where user_name in ('IAM:Ana', 'bob') order by 1",
    ),
  ).toEqual([
    ["IAM:Ana", "f", "f", "UNLIMITED"],
    ["bob", "t", "f", "3"],
  ]);
  expect(
    await redshift.rows("select role_name from svv_roles where role_name !~ '^sys:' order by 1"),
  ).toEqual([["analyst"], ["lead"]]);
  expect(await redshift.rows("select role_name, granted_role_name from svv_role_grants")).toEqual([
    ["lead", "analyst"],
  ]);
  expect(
    await redshift.rows(
      "select user_name, role_name, admin_option from svv_user_grants order by user_name",
    ),
  ).toEqual([
    ["IAM:Ana", "lead", "f"],
    ["bob", "analyst", "t"],
  ]);
  expect(
    await redshift.rows(
      "select user_is_member_of('IAM:Ana', 'analyst'), user_is_member_of('bob', 'lead'), role_is_member_of('lead', 'analyst'), role_is_member_of('analyst', 'lead')",
    ),
  ).toEqual([["t", "f", "t", "f"]]);
});

test.each([
  ["create user bob password disable", 'user "bob" already exists'],
  ["create role analyst", 'role "analyst" already exists'],
  ["create role if not exists analyst", 'syntax error at or near "not"'],
  ["create role sys:mine", 'role name "sys:mine" is reserved'],
  ["create user short password 'Abc1'", "password must have 8 to 64 characters"],
  ["create user nobody", "syntax error at end of input"],
  ["create group g", "the stand-in does not keep groups"],
  ["grant select on t to group g", "the stand-in does not keep groups"],
  ["grant role missing to bob", 'role "missing" does not exist'],
  ["grant role analyst to missing", 'user "missing" does not exist'],
  ["grant role bob to role analyst", 'role "bob" does not exist'],
  ["grant analyst to bob", 'syntax error at or near "analyst"'],
  ["grant role analyst to role analyst", 'cannot grant role "analyst" to itself'],
  ["grant create user to role analyst", "does not carry the system permission CREATE USER"],
  ["drop role missing", 'role "missing" does not exist'],
  ["drop role if exists analyst", 'syntax error at or near "exists"'],
  ["drop user analyst", 'user "analyst" does not exist'],
  ["drop role sys:secadmin force", 'cannot drop system-defined role "sys:secadmin"'],
  ["drop role lead", "cannot drop this role since it has been granted on a user"],
  ["set role analyst", 'unrecognized configuration parameter "role"'],
  ["set session_authorization = 'bob'", "unrecognized configuration parameter"],
  ["select set_config('session_authorization', 'bob', false)", "set_config cannot set"],
  ["select set_config('ro' || 'le', 'bob', false)", "takes the name of its setting as a text"],
  ["set session authorization analyst", 'user "analyst" does not exist'],
])("%s is refused", async (statement, message) => {
  expect(await redshift.refusal(statement)).toContain(message);
});

test("a role that others depend on is dropped with FORCE, and a dropped user may be missing", async () => {
  await run("create role base", "create role upper", "grant role base to role upper");
  expect(await redshift.refusal("drop role upper")).toBe(
    "ERROR: cannot drop this role since it depends on another role",
  );
  await run("drop role upper force", "drop role base", "drop user if exists never_there");
  await run("create table held (a integer)", "create user holder password disable");
  await run("grant select on held to holder");
  expect(await redshift.refusal("drop user holder")).toBe(
    'ERROR: user "holder" cannot be dropped because the user has a privilege on some object',
  );
  await run("alter table held owner to holder");
  expect(await redshift.refusal("drop user holder")).toBe(
    'ERROR: user "holder" cannot be dropped because some objects depend on it',
  );
  await run("drop table held", "drop user holder");
});

test("a role with grants is dropped, and its grants with it", async () => {
  await run("create role gone", "create table left_behind (a integer)");
  await run(
    "grant all on left_behind to role gone",
    "grant select for tables in schema public to role gone",
  );
  await run("drop role gone");
  expect(
    await redshift.rows(
      "select identity_name from svv_relation_privileges where relation_name = 'left_behind'",
    ),
  ).toEqual([]);
});

test("a session is another user until it is its own again, and names itself so", async () => {
  await run(`set session authorization "IAM:Ana"`);
  expect(await redshift.rows("select current_user, session_user")).toEqual([
    ["IAM:Ana", "IAM:Ana"],
  ]);
  expect(await redshift.refusal("create user eve password disable")).toBe(
    "ERROR: permission denied to create user",
  );
  expect(await redshift.refusal("create role mine")).toBe(
    "ERROR: permission denied to create role",
  );
  expect(await redshift.refusal("drop user bob")).toBe(
    'ERROR: permission denied to drop user "bob"',
  );
  expect(await redshift.refusal("grant role analyst to bob")).toBe(
    'ERROR: must have admin option on role "analyst"',
  );
  await run("set session authorization default");
});

test("a member of sys:secadmin manages users and roles, and makes no superuser", async () => {
  await run("create user sec password disable", "grant role sys:secadmin to sec");
  await run("set session authorization sec", "create user made password disable");
  await run("create role made_role", "grant role made_role to made", "drop role made_role force");
  expect(await redshift.refusal("alter user made createuser")).toBe(
    "ERROR: must be superuser to alter superusers",
  );
  expect(await redshift.refusal("grant role sys:secadmin to made")).toContain(
    'must have admin option on role "sys:secadmin"',
  );
  await run("drop user made", "set session authorization default");
});

test.each([
  "select pg_internal.describe_late_binding_view(1, '{}')",
  "select \"pg_internal\".login_user('x', true)",
  "select * from pg_internal.scoped_privilege",
  "create view v as select * from pg_internal.scoped_privilege with no schema binding",
  "set search_path to pg_internal",
])("the stand-in's own powers are out of reach: %s", async (statement) => {
  expect(await redshift.refusal(statement)).toBe('ERROR: schema "pg_internal" does not exist');
});
