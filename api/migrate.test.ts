import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { Knex } from "knex";
import pg from "pg";
import { openTestServices } from "../local/testing.ts";
import { createShopClient } from "./client.ts";
import { openTable, type Table } from "./dynamodb/table.ts";
import { migrate, type MigrateOptions } from "./migrate.ts";
import { migrationNames, migrationSource } from "./postgres/migrations/source.ts";
import { openPool, sql, type ConnectionPool } from "./postgres/pool.ts";
import { startApi } from "./server.ts";

type Services = Awaited<ReturnType<typeof openTestServices>>;

let services: Services;
let admin: ConnectionPool;
let table: Table;
beforeAll(async () => {
  services = await openTestServices();
  admin = openPool(services);
  table = openTable(services.dynamodb);
});
afterAll(async () => {
  await admin.dispose();
  table.client.destroy();
  await services.close();
});

/** An empty database beside the others, which only `more` may use in a special way. */
async function createDatabase(name: string): Promise<MigrateOptions> {
  await admin.query(sql`create database ${sql.ident(name)}`);
  const url = new URL(services.postgresUrl);
  url.pathname = `/${name}`;
  return { postgresUrl: url.href, dynamodb: services.dynamodb, tableName: name };
}

async function failureCode(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no failure";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

test("services that start together migrate once, and a later start changes nothing", async () => {
  const options = await createDatabase("together");
  await Promise.all([migrate(options), migrate(options), migrate(options)]);
  const pool = openPool(options);
  const state = () =>
    pool.query(sql`select identity::text, (select count(*) from knex_migrations) as migrations
                   from database_identity`) as Promise<unknown[]>;
  const before = await state();
  await migrate(options);
  expect(await state()).toEqual(before);
  expect(before).toEqual([
    { identity: expect.any(String), migrations: String(migrationNames.length) },
  ]);
  await pool.dispose();
});

test("a migration whose process was killed is done again by the next start", async () => {
  const options = await createDatabase("killed");
  await migrate(options);
  const pool = openPool(options);
  await pool.tx(async (transaction) => {
    const raw = (text: string) => transaction.query(sql.__dangerous__rawValue(text));
    for (const numbered of (await migrationSource.getMigrations([])).reverse()) {
      const { down } = await migrationSource.getMigration(numbered);
      await down?.({ raw } as unknown as Knex);
    }
    await transaction.query(sql`delete from knex_migrations`);
  });
  await pool.query(sql`update knex_migrations_lock set is_locked = 1`);
  await migrate(options);
  expect(await pool.query(sql`select count(*)::integer from customer`)).toEqual([{ count: 0 }]);
  await pool.dispose();
});

/** A session of another process that holds the lock on migrations of `postgresUrl`. */
async function holdLock(postgresUrl: string): Promise<pg.Client> {
  const session = new pg.Client({
    connectionString: postgresUrl,
    application_name: "stuck-migration",
  });
  await session.connect();
  await session.query("select pg_advisory_lock(x'6d657263'::bigint)");
  return session;
}

test("a start that waits for another's migration says for whose, and goes on when that one has ended", async () => {
  const options = await createDatabase("waiting");
  const holder = await holdLock(options.postgresUrl);
  let migrating: Promise<void> = Promise.resolve();
  const warning = await new Promise<string>((resolve) => {
    migrating = migrate({ ...options, onWarning: resolve });
  });
  expect(warning).toMatch(
    /^another process is migrating the database; waiting for session \d+ \(stuck-migration, from 127\.0\.0\.1, since 20\S+Z\)$/,
  );
  const applied = () => holder.query("select to_regclass('knex_migrations') as name");
  expect((await applied()).rows).toEqual([{ name: null }]);
  await holder.end();
  await migrating;
  await migrate(options);
});

test("a start gives up waiting for a migration that hangs, names its session, and works once that is ended", async () => {
  const options = await createDatabase("hanging");
  const holder = await holdLock(options.postgresUrl);
  const ended = new Promise<void>((resolve) => {
    holder.on("error", () => {
      resolve();
    });
  });
  const { rows } = await holder.query<{ pid: number }>("select pg_backend_pid() as pid");
  const pid = rows[0]!.pid;
  const failure: unknown = await migrate({ ...options, lockWaitSeconds: 1 }).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({
    code: "API_MIGRATION_LOCKED",
    message: expect.stringMatching(
      new RegExp(`for more than 1 seconds: session ${pid} \\(stuck-migration, .*since 20`),
    ),
    hint: expect.stringContaining(`select pg_terminate_backend(${pid})`),
  });
  await admin.query(sql`select pg_terminate_backend(${pid})`);
  await ended;
  await migrate({ ...options, lockWaitSeconds: 1 });
});

test("every rebuilt database has an identity of its own", async () => {
  const identities = await Promise.all(
    ["first", "second"].map(async (name) => {
      const options = await createDatabase(name);
      await migrate(options);
      const pool = openPool(options);
      const rows: unknown[] = await pool.query(sql`select identity from database_identity`);
      await pool.dispose();
      return rows[0];
    }),
  );
  expect(identities[0]).not.toEqual(identities[1]);
});

test("the table is billed on demand and has both indexes", async () => {
  await migrate({ ...(await createDatabase("indexes")), tableName: "mercado_ecommerce" });
  const described = await table.client.send(
    new DescribeTableCommand({ TableName: "mercado_ecommerce" }),
  );
  expect(described.Table).toMatchObject({
    KeySchema: [{ AttributeName: "pk" }, { AttributeName: "sk" }],
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
  });
  const indexes = described.Table?.GlobalSecondaryIndexes?.map((index) => index.IndexName);
  expect(indexes?.sort()).toEqual(["GSI1", "GSI2"]);
});

test("DynamoDB is told by which attribute carts expire; where it may not be, the service says so and goes on", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const options = { ...(await createDatabase("expiring")), onWarning };
  await Promise.all([migrate(options), migrate(options)]);
  const described = await table.client.send(
    new DescribeTimeToLiveCommand({ TableName: "expiring" }),
  );
  expect(described.TimeToLiveDescription).toEqual({
    TimeToLiveStatus: "ENABLED",
    AttributeName: "expires_at",
  });
  expect(warnings).toEqual([]);
  const TimeToLiveSpecification = { Enabled: true, AttributeName: "other" };
  const others = { ...options, tableName: "others" };
  await migrate(others);
  const off = { TableName: "others", TimeToLiveSpecification };
  const on = { ...TimeToLiveSpecification, AttributeName: "expires_at", Enabled: false };
  await table.client.send(new UpdateTimeToLiveCommand({ ...off, TimeToLiveSpecification: on }));
  await table.client.send(new UpdateTimeToLiveCommand(off));
  await migrate(others);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^expired carts are not deleted from table others \(ValidationException: /,
    ),
  ]);
});

test("search works where pg_trgm may not be installed", async () => {
  const options = await createDatabase("plain");
  const pool = openPool(options);
  await pool.query(sql`create role plain login password 'plain'`);
  await pool.query(sql`grant all on schema public to plain`);
  const url = new URL(options.postgresUrl);
  url.username = "plain";
  url.password = "plain";
  const plain = { ...options, postgresUrl: url.href };
  await migrate(plain);
  expect(await pool.query(sql`select 1 from pg_extension where extname = 'pg_trgm'`)).toEqual([]);
  await pool.dispose();
  const api = await startApi(plain);
  const client = createShopClient({ url: api.url });
  const vendor = await client.vendor.create.mutate({ vendorName: "Cooper-Webb", region: "AZ" });
  expect((await client.vendor.search.query({ vendorName: "PER-w" })).items).toEqual([vendor]);
  await api.close();
});

test("a database of a newer version is left alone", async () => {
  const options = await createDatabase("newer");
  await migrate(options);
  const pool = openPool(options);
  await pool.query(sql`insert into knex_migrations (name) values ('999-future')`);
  await pool.dispose();
  expect(await failureCode(migrate(options))).toBe("API_SCHEMA_NEWER");
});

test("a table that the shop did not make is not taken for its own", async () => {
  const options = await createDatabase("foreign");
  await table.client.send(
    new CreateTableCommand({
      TableName: "foreign",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    }),
  );
  expect(await failureCode(migrate(options))).toBe("API_TABLE_DIFFERENT");
});

test("a database that nobody serves is named by its address, without its password", async () => {
  const postgresUrl = "postgres://nobody:secret@127.0.0.1:1/nothing";
  await expect(migrate({ ...services, postgresUrl })).rejects.toMatchObject({
    code: "API_POSTGRES_UNREACHABLE",
    message: "No Postgres answers at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1",
  });
  const options = await createDatabase("alone");
  const dynamodb = { endpoint: "http://127.0.0.1:1", region: "us-east-1" };
  expect(await failureCode(migrate({ ...options, dynamodb }))).toBe("API_DYNAMODB_UNREACHABLE");
});

test("a database that refuses us says why", async () => {
  const url = new URL(services.postgresUrl);
  url.password = "wrong";
  await expect(migrate({ ...services, postgresUrl: url.href })).rejects.toMatchObject({
    code: "API_POSTGRES_UNREACHABLE",
    message: `Postgres at ${url.host} does not let us in: password authentication failed for user "mercado"`,
  });
});
