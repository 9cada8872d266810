import { once } from "node:events";
import { createServer as createWebsite } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openTestServices } from "../local/testing.ts";
import { openTable } from "./dynamodb/table.ts";
import { migrate } from "./migrate.ts";
import type { SQLQuery } from "@databases/pg";
import { openPool, sql } from "./postgres/pool.ts";
import { startService, startShopProcess, variablesFor } from "./testing-process.ts";

type Services = Awaited<ReturnType<typeof openTestServices>>;

let services: Services;
let occupied: Server;
/** Accepts, and never says a word. */
let silent: Server;
/** Accepts, and ends the connection without a word. */
let curt: Server;
/** Of an identity provider: has a page, and no keys. */
let website: Server;
const silenced = new Set<Socket>();
beforeAll(async () => {
  services = await openTestServices();
  await migrate(services);
  occupied = createServer().listen(0, "127.0.0.1");
  silent = createServer((socket) => silenced.add(socket)).listen(0, "127.0.0.1");
  curt = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  website = createWebsite((request, response) => {
    response.statusCode = request.url === "/page" ? 200 : 404;
    response.end("<html></html>");
  }).listen(0, "127.0.0.1");
  await Promise.all([occupied, silent, curt, website].map((server) => once(server, "listening")));
});
afterAll(async () => {
  for (const socket of silenced) socket.destroy();
  for (const server of [occupied, silent, curt, website]) server.close();
  await services.close();
});

function withPostgres(change: (url: URL) => void): NodeJS.ProcessEnv {
  const url = new URL(services.postgresUrl);
  change(url);
  return { MERCADO_POSTGRES_URL: url.href };
}

async function asAdmin(statement: SQLQuery): Promise<void> {
  const admin = openPool(services);
  await admin.query(statement);
  await admin.dispose();
}

async function newerDatabase(): Promise<NodeJS.ProcessEnv> {
  const variables = await createDatabase("newer");
  const options = { ...services, postgresUrl: variables["MERCADO_POSTGRES_URL"]! };
  await migrate(options);
  const pool = openPool(options);
  await pool.query(sql`insert into knex_migrations (name) values ('999-future')`);
  await pool.dispose();
  return variables;
}

async function createDatabase(name: string): Promise<NodeJS.ProcessEnv> {
  await asAdmin(sql`create database ${sql.ident(name)}`);
  return withPostgres((url) => (url.pathname = `/${name}`));
}

async function databaseOfAnother(): Promise<NodeJS.ProcessEnv> {
  await createDatabase("another");
  await asAdmin(sql`create role stranger login password 'stranger'`);
  return withPostgres((url) => {
    url.pathname = "/another";
    url.username = url.password = "stranger";
  });
}

async function databaseOfAnotherApplication(): Promise<NodeJS.ProcessEnv> {
  const variables = await createDatabase("crm");
  const pool = openPool({ postgresUrl: variables["MERCADO_POSTGRES_URL"]! });
  await pool.query(sql`create table customer (name text)`);
  await pool.dispose();
  return variables;
}

function keysAt(path: string): NodeJS.ProcessEnv {
  return { MERCADO_API_JWKS_URL: `http://127.0.0.1:${portOf(website)}${path}` };
}

function portOf(server: Server): string {
  return String((server.address() as AddressInfo).port);
}

const SECRET = "a secret of more than thirty-two bytes";

interface WayOut {
  hint: RegExp;
  variables: () => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>;
}

test.each<[name: string, code: string, cause: RegExp, wayOut: WayOut]>([
  [
    "no Postgres",
    "API_POSTGRES_UNREACHABLE",
    /No Postgres answers at 127\.0\.0\.1:1:/,
    { hint: /MERCADO_POSTGRES_URL/, variables: () => withPostgres((url) => (url.port = "1")) },
  ],
  [
    "a Postgres that never answers",
    "API_POSTGRES_UNREACHABLE",
    /No Postgres answers at 127\.0\.0\.1:\d+ within 5 s\.$/,
    {
      hint: /MERCADO_POSTGRES_URL/,
      variables: () => withPostgres((url) => (url.port = portOf(silent))),
    },
  ],
  [
    "a Postgres that hangs up",
    "API_POSTGRES_UNREACHABLE",
    /No Postgres answers at 127\.0\.0\.1:\d+: /,
    {
      hint: /MERCADO_POSTGRES_URL/,
      variables: () => withPostgres((url) => (url.port = portOf(curt))),
    },
  ],
  [
    "a wrong password",
    "API_POSTGRES_UNREACHABLE",
    /does not let us in/,
    {
      hint: /MERCADO_POSTGRES_URL/,
      variables: () => withPostgres((url) => (url.password = "not-the-password")),
    },
  ],
  [
    "no such database",
    "API_POSTGRES_UNREACHABLE",
    /does not let us in: .*nowhere/,
    {
      hint: /MERCADO_POSTGRES_URL/,
      variables: () => withPostgres((url) => (url.pathname = "/nowhere")),
    },
  ],
  [
    "no DynamoDB",
    "API_DYNAMODB_UNREACHABLE",
    /No DynamoDB answers at http:\/\/127\.0\.0\.1:1/,
    {
      hint: /MERCADO_DYNAMODB_ENDPOINT/,
      variables: () => ({ MERCADO_DYNAMODB_ENDPOINT: "http://127.0.0.1:1" }),
    },
  ],
  [
    "a newer schema",
    "API_SCHEMA_NEWER",
    /999-future/,
    { hint: /newer version/, variables: newerDatabase },
  ],
  [
    "a user who may not create tables",
    "API_SCHEMA_REFUSED",
    /permission denied for schema public \(42501\)/,
    { hint: /grant it create/, variables: databaseOfAnother },
  ],
  [
    "a database of another application",
    "API_SCHEMA_REFUSED",
    /relation "customer" already exists/,
    { hint: /empty or the shop's own/, variables: databaseOfAnotherApplication },
  ],
  [
    "an address without keys",
    "API_KEYS_UNUSABLE",
    /it answers 404/,
    { hint: /jwks_uri/, variables: () => keysAt("/nothing") },
  ],
  [
    "an address of something else than keys",
    "API_KEYS_UNUSABLE",
    /no JSON Web Key Set/,
    { hint: /jwks_uri/, variables: () => keysAt("/page") },
  ],
  [
    "a short key",
    "API_SETTING_INVALID",
    /MERCADO_API_SECRET: must have at least 32 bytes/,
    { hint: /\.env\.example/, variables: () => ({ MERCADO_API_SECRET: "short" }) },
  ],
  [
    "two keys",
    "API_SETTING_INVALID",
    /Both MERCADO_API_SECRET and MERCADO_API_JWKS_URL/,
    {
      hint: /whose tokens/,
      variables: () => ({
        MERCADO_API_SECRET: SECRET,
        MERCADO_API_JWKS_URL: "https://id.example.com/keys",
      }),
    },
  ],
  [
    "no key off loopback",
    "API_KEY_MISSING",
    /not on 0\.0\.0\.0/,
    { hint: /MERCADO_API_SECRET/, variables: () => ({ MERCADO_API_HOST: "0.0.0.0" }) },
  ],
  [
    "a port that is taken",
    "API_ADDRESS_IN_USE",
    /Port \d+ is taken/,
    {
      hint: /MERCADO_API_PORT/,
      variables: () => ({ MERCADO_API_PORT: portOf(occupied) }),
    },
  ],
  [
    "an address of another machine",
    "API_ADDRESS_UNUSABLE",
    /192\.0\.2\.1/,
    {
      hint: /MERCADO_API_HOST/,
      variables: () => ({ MERCADO_API_HOST: "192.0.2.1", MERCADO_API_SECRET: SECRET }),
    },
  ],
  [
    "a name that no table can have",
    "API_SETTING_INVALID",
    /MERCADO_DYNAMODB_TABLE: must be a table's name/,
    { hint: /\.env\.example/, variables: () => ({ MERCADO_DYNAMODB_TABLE: "my table" }) },
  ],
  [
    "a setting that is no number",
    "API_SETTING_INVALID",
    /MERCADO_API_STOP_SECONDS: must be a number of seconds/,
    { hint: /\.env\.example/, variables: () => ({ MERCADO_API_STOP_SECONDS: "soon" }) },
  ],
])("%s ends the start with exit code 2 and %s", async (_name, code, cause, { hint, variables }) => {
  const service = await startService({ ...variablesFor(services), ...(await variables()) });
  expect(service.url).toBeUndefined();
  const ended = await service.ended;
  const said = ended.stderr.split("\n").filter((line) => !line.startsWith("{"));
  expect({ ...ended, said }).toMatchObject({
    code: 2,
    said: [expect.stringMatching(new RegExp(`^${code}: `)), expect.stringMatching(/^ {2}\S/), ""],
  });
  expect(said[0]).toMatch(cause);
  expect(said[1]).toMatch(hint);
  expect(ended.stderr).not.toMatch(/not-the-password|node_modules|\n +at /);
});

test("whoever asks for help, or passes arguments, is told where settings come from, and no service starts", async () => {
  const helped = await startService({}, ["--help"]);
  expect(helped.url).toMatch(/^Usage: npm run api/);
  expect(await helped.ended).toEqual({ code: 0, stderr: "" });
  const mistaken = await startService({}, ["--port", "9000"]);
  expect(await mistaken.ended).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^API_ARGUMENT_UNKNOWN: .*--port.*\n {2}.*MERCADO_API_PORT/),
  });
});

test("a service whose identity provider is away starts, and says so", async () => {
  const MERCADO_API_JWKS_URL = `http://127.0.0.1:${portOf(curt)}/keys`;
  const service = await startService({ ...variablesFor(services), MERCADO_API_JWKS_URL });
  expect(service.url).toMatch(/^http:/);
  service.child.kill("SIGTERM");
  const { code, stderr } = await service.ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/MERCADO_API_JWKS_URL cannot be had just now \(\w/);
});

test("the table that the environment names is the one that carts and sales are written to", async () => {
  const MERCADO_DYNAMODB_TABLE = "another_shop";
  const { client, stop, ended } = await startShopProcess(services, { MERCADO_DYNAMODB_TABLE });
  try {
    const { id: vendorId } = await client.vendor.create.mutate({ vendorName: "H", region: "GW" });
    const item = { vendorId, itemName: "Desk", category: 1, price: "1.00" };
    const { id: itemId } = await client.inventory.create.mutate(item);
    const { guestId } = await client.cart.createGuest.mutate();
    await client.cart.add.mutate({ guestId, itemId, quantity: 1 });
  } finally {
    stop();
  }
  expect(await ended).toBe(0);
  const counts = [MERCADO_DYNAMODB_TABLE, undefined].map(async (name) => {
    const table = openTable(services.dynamodb, name);
    const { Count } = await table.client.send(new ScanCommand({ TableName: table.name }));
    table.client.destroy();
    return Count;
  });
  expect(await Promise.all(counts)).toEqual([1, 0]);
});
