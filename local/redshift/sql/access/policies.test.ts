import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { openTestRedshift, type TestRedshift } from "../testing/test-redshift.ts";

let redshift: TestRedshift;
const run = async (...statements: readonly string[]) => {
  for (const statement of statements) await redshift.run(statement);
};

const as = (user: string, sql: string) => redshift.as(user, sql);

beforeAll(async () => {
  redshift = await openTestRedshift();
  await run("create role analyst", "create role senior", "create role vendor");
  for (const user of ["ana", "sam", "vera", "otto"])
    await run(`create user ${user} password disable`);
  await run("grant role analyst to ana", "grant role senior to sam", "grant role analyst to sam");
  await run("grant role vendor to vera");
});

const sales = "select * from gold.sales order by 1";
const rebuilt =
  "create or replace view gold.sales as select * from _physical.two with no schema binding";

beforeEach(async () => {
  await run("drop schema if exists gold cascade", "drop schema if exists _physical cascade");
  for (const kind of ["masking", "rls"])
    for (const name of ["hide", "clear", "part", "other", "own", "cheap", "open"])
      await run(`drop ${kind} policy if exists ${name}`);
  await run("create schema gold", "create schema _physical");
  await run("create table _physical.one (vendor_id integer, email varchar(40), amount integer)");
  await run(
    "insert into _physical.one values (1, 'a@x.org', 10), (2, 'b@y.org', 20), (3, null, 30)",
  );
  await run("create table _physical.two as select * from _physical.one where vendor_id < 3");
  await run("create view gold.sales as select * from _physical.one with no schema binding");
  for (const role of ["analyst", "senior", "vendor"])
    await run(
      `grant usage on schema gold to role ${role}`,
      `grant select for tables in schema gold to role ${role}`,
    );
});

afterAll(() => redshift.close());

const hide = "create masking policy hide with (c varchar(40)) using (cast(null as varchar(40)))";

test("everybody sees what their own roles' mask with the highest priority gives, superusers too", async () => {
  await run(
    hide,
    "create masking policy clear with (c varchar(40)) using (c)",
    "create masking policy part with (c varchar(40)) using (('*@' || split_part(c, '@', 2))::varchar(40))",
    "attach masking policy hide on gold.sales(email) to public",
    "attach masking policy part on gold.sales(email) to role analyst priority 10",
    "attach masking policy clear on gold.sales(email) to role senior priority 20",
  );
  const emails = "select email from gold.sales order by vendor_id";
  expect(await as("vera", emails)).toEqual([[null], [null], [null]]);
  expect(await as("ana", emails)).toEqual([["*@x.org"], ["*@y.org"], [null]]);
  expect(await as("sam", emails)).toEqual([["a@x.org"], ["b@y.org"], [null]]);
  expect(await redshift.rows(emails)).toEqual([[null], [null], [null]]);
  // What is asked of a masked column is asked of its mask.
  expect(await as("ana", "select count(*) from gold.sales where email = 'a@x.org'")).toEqual([
    ["0"],
  ]);
  await run("detach masking policy part on gold.sales(email) from role analyst");
  expect(await as("ana", emails)).toEqual([[null], [null], [null]]);
  await run("alter masking policy hide using ('?'::varchar(40))");
  expect(await as("ana", emails)).toEqual([["?"], ["?"], ["?"]]);
});

test("a user's own mask counts beside their roles', and one over several columns decides by another", async () => {
  await run(
    "create masking policy part with (c varchar(40), a integer) using (case when a > 15 then c else 'small'::varchar(40) end)",
    "attach masking policy part on gold.sales(email) using (email, amount) to ana",
  );
  expect(await as("ana", "select email from gold.sales order by vendor_id")).toEqual([
    ["small"],
    ["b@y.org"],
    [null],
  ]);
  expect(await as("sam", "select email from gold.sales where vendor_id = 1")).toEqual([
    ["a@x.org"],
  ]);
});

test("a build that replaces the view does not take its masks off, and dropping the view does", async () => {
  await run(hide, "attach masking policy hide on gold.sales(email) to public", rebuilt);
  expect(await as("ana", sales)).toEqual([
    ["1", null, "10"],
    ["2", null, "20"],
  ]);
  await run("drop table _physical.one", "alter table _physical.two add column more integer");
  expect(await as("ana", "select * from gold.sales where vendor_id = 1")).toEqual([
    ["1", null, "10", null],
  ]);
  await run("drop view gold.sales", rebuilt);
  expect(await as("ana", "select email from gold.sales where vendor_id = 1")).toEqual([
    ["a@x.org"],
  ]);
  expect(await redshift.rows("select * from svv_attached_masking_policy")).toEqual([]);
});

test("a view whose masked column has gone, or has another type, is not read at all", async () => {
  await run(hide, "attach masking policy hide on gold.sales(email) to role analyst");
  await run(
    "create or replace view gold.sales as select vendor_id, email as mail from _physical.one with no schema binding",
  );
  expect(await as("ana", "select mail from gold.sales")).toContain('column "email"');
  await run(
    "create or replace view gold.sales as select vendor_id as email from _physical.one with no schema binding",
  );
  expect(await as("ana", "select email from gold.sales")).toContain("does not fit column");
  await run(
    "create or replace view gold.sales as select * from _physical.one with no schema binding",
  );
  expect(await as("ana", "select email from gold.sales where vendor_id = 1")).toEqual([[null]]);
});

test("who owns a view and is no administrator does not replace it while it has policies", async () => {
  await run(
    "grant usage, create on schema gold to otto",
    "grant usage on schema _physical to otto",
  );
  await run("grant select on _physical.one to otto", "grant select on _physical.two to otto");
  await run("alter table gold.sales owner to otto", hide);
  await run("attach masking policy hide on gold.sales(email) to public");
  expect(await as("otto", rebuilt)).toContain("cannot replace view");
  expect(await as("otto", "detach masking policy hide on gold.sales(email) from public")).toContain(
    "must be superuser or have the role sys:secadmin",
  );
  await run("grant role sys:secadmin to otto");
  expect(await as("otto", rebuilt)).toBe("done");
  await run("revoke role sys:secadmin from otto", "drop view gold.sales");
  await run("revoke usage, create on schema gold from otto");
});

test("row-level security shows nothing until a policy of the user's roles lets rows through", async () => {
  await run("create table gold.member (name varchar(40), vendor integer)");
  await run("insert into gold.member values ('vera', 2), ('ana', 1)");
  await run(
    "create rls policy own with (vendor_id integer) using (vendor_id in (select vendor from gold.member where name = current_user))",
    "grant select on table gold.member to rls policy own",
    "create rls policy open using (true)",
    "attach rls policy own on gold.sales to role vendor",
  );
  expect(await as("vera", "select count(*) from gold.sales")).toEqual([["3"]]);
  await run("alter table gold.sales row level security on");
  expect(await as("vera", "select vendor_id from gold.sales")).toEqual([["2"]]);
  expect(await as("ana", "select vendor_id from gold.sales")).toEqual([]);
  expect(await redshift.rows("select count(*) from gold.sales")).toEqual([["3"]]);
  await run("attach rls policy open on table gold.sales to role analyst");
  expect(await as("ana", "select count(*) from gold.sales")).toEqual([["3"]]);
  await run(rebuilt);
  expect(await as("vera", "select vendor_id from gold.sales")).toEqual([["2"]]);
  await run("grant ignore rls to role vendor");
  expect(await as("vera", "select count(*) from gold.sales")).toEqual([["2"]]);
  await run("revoke ignore rls from role vendor", "alter table gold.sales row level security off");
  expect(await as("otto", "select 1")).toEqual([["1"]]);
  expect(await as("vera", "select count(*) from gold.sales")).toEqual([["2"]]);
});

test("several row policies are all to hold, or one of them where the view says so", async () => {
  await run(
    "create rls policy cheap with (amount integer) using (amount < 25)",
    "create rls policy own with (vendor_id integer) using (vendor_id > 1)",
    "attach rls policy cheap on gold.sales to role analyst, role vendor",
    "attach rls policy own on gold.sales to ana",
    "alter table gold.sales row level security on",
  );
  const ids = "select vendor_id from gold.sales order by 1";
  expect(await as("ana", ids)).toEqual([["2"]]);
  expect(await as("vera", ids)).toEqual([["1"], ["2"]]);
  await run("alter table gold.sales row level security on conjunction type or");
  expect(await as("ana", ids)).toEqual([["1"], ["2"], ["3"]]);
  expect(await as("vera", ids)).toEqual([["1"], ["2"]]);
  await run("alter rls policy cheap using (amount < 15)");
  expect(await as("vera", ids)).toEqual([["1"]]);
});

test("a policy looks into the tables that it was granted and no others", async () => {
  await run("create table gold.member (name varchar(40), vendor integer)");
  await run(
    "create rls policy own with (vendor_id integer) as r using (r.vendor_id in (select vendor from gold.member))",
    "attach rls policy own on gold.sales to public",
    "alter table gold.sales row level security on",
  );
  expect(await as("vera", sales)).toBe("ERROR: permission denied for relation member");
  await run("grant select on gold.member to rls policy own");
  expect(await as("vera", sales)).toEqual([]);
  await run("revoke select on gold.member from rls policy own");
  expect(await as("vera", sales)).toBe("ERROR: permission denied for relation member");
});

test("rows are filtered before a reader's own conditions can look at them, and before masks", async () => {
  await run(
    hide,
    "attach masking policy hide on gold.sales(email) to role vendor",
    "create rls policy own with (email varchar(40)) using (email = 'b@y.org')",
    "attach rls policy own on gold.sales to role vendor",
    "alter table gold.sales row level security on",
  );
  expect(await as("vera", sales)).toEqual([["2", null, "20"]]);
  expect(await as("vera", "select 1 / (amount - 10) from gold.sales")).toEqual([["0"]]);
});

test("a table that a reader makes of a masked view holds what they saw", async () => {
  await run(hide, "attach masking policy hide on gold.sales(email) to public");
  await run("create schema work", "grant usage, create on schema work to role analyst");
  await as("ana", "create table work.copied as select * from gold.sales");
  expect(await redshift.rows("select count(email) from work.copied")).toEqual([["0"]]);
  await run("drop schema work cascade");
});

test("the system views tell the policies to administrators alone", async () => {
  await run(
    hide,
    "attach masking policy hide on gold.sales(email) to role analyst priority 5",
    "create rls policy own with (vendor_id integer) as r using (r.vendor_id = 1)",
    "attach rls policy own on gold.sales to public",
    "alter table gold.sales row level security on",
  );
  const views: Record<string, unknown> = {
    "select policy_name, input_columns, policy_expression from svv_masking_policy": [
      "hide",
      '[{"colname":"c","type":"character varying(40)"}]',
      '[{"expr" : "cast(null as varchar(40))", "type" : "character varying(40)"}]',
    ],
    "select policy_name, schema_name, table_name, table_type, grantee, grantee_type, priority, input_columns, output_columns from svv_attached_masking_policy":
      ["hide", "gold", "sales", "view", "analyst", "role", "5", '["email"]', '["email"]'],
    "select polname, polalias, polatts, polqual from svv_rls_policy": [
      "own",
      "r",
      '[{"colname":"vendor_id","type":"integer"}]',
      "r.vendor_id = 1",
    ],
    "select relschema, relname, polname, grantee, granteekind, is_rls_on, rls_conjunction_type from svv_rls_attached_policy":
      ["gold", "sales", "own", "public", "public", "t", "and"],
    "select relname, relkind, is_rls_on, rls_conjunction_type from svv_rls_relation": [
      "sales",
      "view",
      "t",
      "and",
    ],
  };
  for (const [query, row] of Object.entries(views)) {
    expect(await redshift.rows(query)).toEqual([row]);
    expect(await as("ana", query)).toEqual([]);
  }
});

test.each([
  [
    "attach masking policy missing on gold.sales(email) to public",
    'masking policy "missing" does not exist',
  ],
  [
    "attach masking policy hide on gold.sales(nothing) to public",
    'column "nothing" of relation "sales" does not exist',
  ],
  ["attach masking policy hide on gold.sales(amount) to public", "does not fit column"],
  [
    "attach masking policy hide on gold.sales(vendor_id, email) to public",
    "the number of columns does not match",
  ],
  ["attach masking policy hide on _physical.one(email) to public", "late-binding views alone"],
  ["attach masking policy hide on gold.sales(email) to group g", "does not keep groups"],
  [
    "attach masking policy hide on gold.sales(email) to role missing",
    'role "missing" does not exist',
  ],
  ["attach masking policy hide on gold.sales(email.part) to public", 'syntax error at or near "."'],
  [
    "create masking policy hide with (c varchar(40)) using (c)",
    'masking policy "hide" already exists',
  ],
  ["create masking policy other with (c varchar(40)) using ('***')", "is ambiguous: cast it"],
  ["create masking policy other with (c varchar(40)) using (d)", 'column "d" does not exist'],
  [
    "create masking policy other with (c varchar(40)) using (max(c))",
    "aggregate functions are not allowed",
  ],
  ["create masking policy other with (c jsonb) using (c)", 'type "jsonb" does not exist'],
  [
    "create masking policy other with (c varchar(40)) using (pg_internal.sysdate())",
    'schema "pg_internal" does not exist',
  ],
  ["alter masking policy hide using ('x'::varchar(10))", "different types"],
  ["drop masking policy missing", 'masking policy "missing" does not exist'],
  [
    "detach masking policy hide on gold.sales(email) from public",
    "is not attached to these columns",
  ],
  ["attach rls policy missing on gold.sales to public", 'rls policy "missing" does not exist'],
  ["attach rls policy own on _physical.one to public", "late-binding views alone"],
  [
    "create rls policy other with (a integer) using (sum(a) > 1)",
    "aggregate functions are not allowed",
  ],
  ["create rls policy other with (a integer) using (a)", "must be type boolean"],
  [
    "create rls policy other with (a integer) as r using (exists (select 1 from _physical.one as o where o.vendor_id = r.a))",
    "RLS policy could not be rewritten",
  ],
  [
    "create rls policy other with (a integer) using (exists (select 1 from _physical.one where vendor_id = a))",
    "RLS policy could not be rewritten",
  ],
  ["grant insert on _physical.one to rls policy own", "policies are granted SELECT on tables only"],
  ["grant select on gold.sales to rls policy own", "a lookup table of a policy must be a table"],
  ["alter table _physical.one row level security on", "late-binding views alone"],
])("%s is refused", async (statement, message) => {
  await run(hide, "create rls policy own with (vendor_id integer) using (vendor_id = 1)");
  expect(await redshift.refusal(statement)).toContain(message);
});

test("two policies do not share a column's priority or its grantee, and an attached one is not dropped", async () => {
  await run(hide, "create masking policy clear with (c varchar(40)) using (c)");
  await run("attach masking policy hide on gold.sales(email) to public");
  expect(
    await redshift.refusal("attach masking policy clear on gold.sales(email) to role analyst"),
  ).toContain("with same priority");
  expect(
    await redshift.refusal("attach masking policy clear on gold.sales(email) to public priority 4"),
  ).toContain("already attached");
  expect(await redshift.refusal("drop masking policy hide")).toContain("because it is attached");
  await run("attach masking policy hide on gold.sales(email) to role analyst");
});

test("a view that another view reads is not masked, and a masked one is read by no view", async () => {
  await run(hide, "create view gold.top as select * from gold.sales with no schema binding");
  expect(
    await redshift.refusal("attach masking policy hide on gold.sales(email) to public"),
  ).toContain("it is referenced by view gold.top");
  await run("drop view gold.top", "attach masking policy hide on gold.sales(email) to public");
  for (const ending of ["", " with no schema binding"])
    expect(
      await redshift.refusal(`create view gold.top as select * from gold.sales${ending}`),
    ).toContain("a view cannot reference the protected late-binding view");
});

test("an ordinary view over a late-binding one keeps policies off it", async () => {
  await run(hide, "create view gold.bound as select vendor_id from gold.sales");
  for (const statement of [
    "attach masking policy hide on gold.sales(email) to public",
    "alter table gold.sales row level security on",
  ])
    expect(await redshift.refusal(statement)).toContain("it is referenced by view gold.bound");
});

test("what a transaction did to policies is undone with it", async () => {
  const email = "select email from gold.sales where vendor_id = 1";
  await run(hide, "begin", "attach masking policy hide on gold.sales(email) to public");
  expect(await redshift.rows(email)).toEqual([[null]]);
  await run("rollback");
  expect(await redshift.rows(email)).toEqual([["a@x.org"]]);
});

test("a row policy that is dropped with CASCADE leaves nothing to be seen", async () => {
  await run(
    "create rls policy open using (true)",
    "attach rls policy open on gold.sales to public",
    "alter table gold.sales row level security on",
  );
  expect(await as("ana", "select count(*) from gold.sales")).toEqual([["3"]]);
  await run("drop rls policy open cascade");
  expect(await as("ana", "select count(*) from gold.sales")).toEqual([["0"]]);
});

test("readers and a policy that changes do not fail one another", async () => {
  await run(hide, "create masking policy clear with (c varchar(40)) using (c)");
  const reader = await redshift.connect();
  const read = async () => {
    const seen: unknown[] = [];
    for (let round = 0; round < 20; round += 1)
      seen.push((await reader.rows("select email from gold.sales where vendor_id = 1"))[0]?.[0]);
    return seen;
  };
  const change = async () => {
    for (let round = 0; round < 5; round += 1)
      await run(
        "attach masking policy hide on gold.sales(email) to public",
        "detach masking policy hide on gold.sales(email) from public",
      );
  };
  const [seen] = await Promise.all([read(), change()]);
  expect(seen.filter((each) => each !== null && each !== "a@x.org")).toEqual([]);
});

test("a late-binding view over one with row-level security shows its readers their own rows", async () => {
  await run(
    "create view gold.top as select vendor_id from gold.sales with no schema binding",
    "create rls policy own with (vendor_id integer) using (vendor_id = 2)",
    "attach rls policy own on gold.sales to role vendor",
    "alter table gold.sales row level security on",
  );
  expect(await as("vera", "select * from gold.top")).toEqual([["2"]]);
  expect(await as("ana", "select * from gold.top")).toEqual([]);
});

test("who began to read before a view was made anew with its masks is told of a conflict, and never sees a value in clear", async () => {
  await run(hide, "attach masking policy hide on gold.sales(email) to role analyst");
  const reader = await redshift.connect();
  await reader.run("set session authorization ana");
  await reader.client.query("begin isolation level repeatable read");
  await reader.rows("select 1");
  await run("begin", "drop view gold.sales", rebuilt.replace(" or replace", ""));
  await run("attach masking policy hide on gold.sales(email) to role analyst", "commit");
  const seen = await reader.rows("select email from gold.sales").catch((error: unknown) => error);
  expect(seen).toMatchObject({ code: "40001" });
  await reader.client.query("rollback");
  expect(await reader.rows("select email from gold.sales")).toEqual([[null], [null]]);
});
