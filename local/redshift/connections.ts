import pg from "pg";
import { logIn, logOut, prepareDatabase } from "./sql/execute-statement.ts";
import { IdleConnections } from "./idle-connections.ts";
import type { Target } from "./warehouse.ts";

/** Opens the Postgres connections behind statements and sessions. */
export interface Connections {
  /** Throws with the message that Redshift gives when the database or the user does not exist. */
  open(target: Target): Promise<pg.Client>;
  /** Takes back what was opened for one statement; returns when nothing of it is left in the database. */
  release(client: pg.Client): Promise<void>;
  /** Asks Postgres to cancel what this backend runs; nothing happens when it runs nothing. */
  cancel(processId: number): Promise<void>;
  close(): Promise<void>;
}

/** The advisory lock of preparing a database; the number is arbitrary. */
const PREPARATION = 1_023;

const MOST_IDLE = 4;

/** As `create database … isolation level` has it. New warehouses of AWS are `snapshot`. */
export type Isolation = "serializable" | "snapshot";

export interface ConnectionsOptions {
  /** Users that may do everything; created when missing. */
  readonly administrators: readonly string[];
  readonly postgresUrl: string;
  readonly database: string;
  readonly isolation: Isolation;
}

/** Creates the database when it is missing, and prepares it for Redshift's SQL. */
export async function openConnections(options: ConnectionsOptions): Promise<Connections> {
  const { postgresUrl, database, isolation, administrators } = options;
  await createDatabase(postgresUrl, database);
  const warehouse = new URL(postgresUrl);
  warehouse.pathname = `/${encodeURIComponent(database)}`;
  const control = await connect(warehouse.href);
  // One server at a time: Postgres refuses changes of one database's settings from two sides.
  await control.query("select pg_advisory_lock($1)", [PREPARATION]);
  await prepareDatabase(control);
  for (const user of administrators) await control.query(ensureAdministrator(user));
  await control.query("select pg_advisory_unlock($1)", [PREPARATION]);
  const idle = new IdleConnections(MOST_IDLE);
  return {
    async open(target) {
      if (target.database !== database) {
        throw new Error(`FATAL: database "${target.database}" does not exist`);
      }
      const client = idle.take() ?? (await connect(warehouse.href, POSTGRES_ISOLATION[isolation]));
      try {
        await logIn(client, target.dbUser, target.isIdentity);
        return client;
      } catch (error) {
        await client.end();
        throw new Error(`FATAL: user "${target.dbUser}" does not exist`, { cause: error });
      }
    },
    async cancel(processId) {
      await control.query("select pg_cancel_backend($1)", [processId]);
    },
    async release(client) {
      logOut(client);
      await idle.put(client);
    },
    async close() {
      await idle.close();
      await control.end();
    },
  };
}

async function createDatabase(postgresUrl: string, database: string): Promise<void> {
  const client = await connect(postgresUrl);
  try {
    const found = await client.query("select from pg_database where datname = $1", [database]);
    if (found.rowCount === 0) {
      await client.query(`create database ${pg.escapeIdentifier(database)}`);
    }
  } catch (error) {
    // Another server may have created it in between.
    if (!isCode(error, "42P04") && !isCode(error, "23505")) throw error;
  } finally {
    await client.end();
  }
}

const POSTGRES_ISOLATION = { serializable: "serializable", snapshot: "repeatable\\ read" } as const;

async function connect(connectionString: string, isolation?: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    ...(isolation !== undefined && { options: `-c default_transaction_isolation=${isolation}` }),
    application_name: "redshift-local",
  });
  // A connection that breaks while it is idle is found by the statement that uses it next.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

function ensureAdministrator(user: string): string {
  const [name, text] = [pg.escapeIdentifier(user), pg.escapeLiteral(user)];
  return `do $$ begin
  if not exists (select from pg_roles where rolname = ${text}) then create role ${name} login superuser; end if;
exception when duplicate_object or unique_violation then null;
end $$`;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof pg.DatabaseError && error.code === code;
}
