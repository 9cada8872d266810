import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import pg from "pg";
import { openTestServices } from "../../testing.ts";
import { executeStatement, prepareDatabase } from "./execute-statement.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;
let client: pg.Client;

beforeAll(async () => {
  services = await openTestServices();
  client = new pg.Client(services.postgresUrl);
  await client.connect();
  await prepareDatabase(client);
  await run("create table kept (id integer, note varchar(100))");
});

beforeEach(() => run("delete from kept"));

afterAll(async () => {
  await client.end();
  await services.close();
});

const run = (sql: string) =>
  executeStatement(client, sql, { endpoint: undefined, region: "us-east-1" });
const kept = async () => (await run("select id, note from kept order by id")).rows;
const create = (name: string, body: string) =>
  run(
    `create or replace procedure public.${name}() as $b$\nbegin\n${body}\nend;\n$b$ language plpgsql`,
  );

test("a CALL runs the body's statements in their order, whatever their texts hold", async () => {
  await create(
    "fill",
    `insert into kept values (1, 'a;b''c') -- ; no end
;
execute $s$insert into kept values (2, 'found; $$')$s$;
update kept set id = id + 10 where /* ; */ id = 1;`,
  );
  await run("call public.fill()");
  expect(await kept()).toEqual([
    ["2", "found; $$"],
    ["11", "a;b'c"],
  ]);
});

test("a failing statement undoes all of a CALL, nested ones too, and tells where it stands", async () => {
  await create(
    "inner_one",
    "insert into kept values (1, 'inner');\ninsert into missing\nvalues (1);",
  );
  await create("outer_one", "insert into kept values (2, 'outer');\ncall public.inner_one();");
  await expect(run("call public.outer_one()")).rejects.toThrow(
    [
      'ERROR: relation "missing" does not exist',
      '  Where: SQL statement "insert into missing',
      'values (1)"',
      'PL/pgSQL function "inner_one" line 3 at SQL statement',
      'SQL statement "call public.inner_one()"',
      'PL/pgSQL function "outer_one" line 3 at SQL statement',
    ].join("\n"),
  );
  expect(await kept()).toEqual([]);
});

test("a CALL inside a transaction is undone with it, and so is the dropping of its procedure", async () => {
  await create("once", "insert into kept values (1, 'once');");
  await client.query("begin");
  await run("call public.once()");
  await run("drop procedure public.once()");
  await client.query("rollback");
  expect(await kept()).toEqual([]);
  await run("call public.once()");
  expect(await kept()).toEqual([["1", "once"]]);
});

test("what PL/pgSQL refuses is refused: rows without a destination, a missing procedure, IF EXISTS", async () => {
  await create("reading", "select 1;");
  await expect(run("call public.reading()")).rejects.toThrow("no destination for result data");
  await expect(run("call public.missing()")).rejects.toThrow(
    "procedure public.missing() does not exist",
  );
  await expect(run("drop procedure if exists public.reading()")).rejects.toThrow("syntax error");
});
