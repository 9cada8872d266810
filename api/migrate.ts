import pg from "pg";
import { hasTimedOut, isAbsent, wordsOf } from "./absent.ts";
import { ensureTable } from "./dynamodb/create-table.ts";
import { expireCarts } from "./dynamodb/expire-carts.ts";
import { openTable, type DynamoDbConnection } from "./dynamodb/table.ts";
import { lockMigrations } from "./postgres/migration-lock.ts";
import { migrationNames, migrationSource } from "./postgres/migrations/source.ts";
import { StartError } from "./start-error.ts";

export interface MigrateOptions {
  postgresUrl: string;
  dynamodb: DynamoDbConnection;
  /** Default `mercado_ecommerce`. */
  tableName?: string | undefined;
  /** How long another process may be migrating before this one gives up. Default 60. */
  lockWaitSeconds?: number;
  /** Told of what the shop has to do without, and of whom it waits for. Default: nobody is. */
  onWarning?: (message: string) => void;
}

const INSUFFICIENT_PRIVILEGE = "42501";
const LOCK_WAIT_SECONDS = 60;
const CONNECT_SECONDS = 5;

/** Brings both databases to the schema of this version. Does nothing when they have it; any number may run at once. */
export async function migrate(options: MigrateOptions): Promise<void> {
  const session = await connect(options.postgresUrl);
  try {
    await lockMigrations(session, {
      waitSeconds: options.lockWaitSeconds ?? LOCK_WAIT_SECONDS,
      onWaiting: (holder) =>
        options.onWarning?.(`another process is migrating the database; waiting for ${holder}`),
    });
    await refusingSchema(migratePostgres(session, options.postgresUrl));
    await migrateDynamoDb(options);
  } finally {
    await session.end();
  }
}

async function connect(postgresUrl: string): Promise<pg.Client> {
  const session = new pg.Client({
    connectionString: postgresUrl,
    application_name: "mercado-migrate",
    connectionTimeoutMillis: CONNECT_SECONDS * 1_000,
  });
  try {
    await session.connect();
    return session;
  } catch (error) {
    const server = `${session.host}:${session.port}`;
    throw new StartError(
      "API_POSTGRES_UNREACHABLE",
      hasTimedOut(error)
        ? `No Postgres answers at ${server} within ${CONNECT_SECONDS} s.`
        : isAbsent(error)
          ? `No Postgres answers at ${server}: ${wordsOf(error)}`
          : `Postgres at ${server} does not let us in: ${wordsOf(error)}`,
      { hint: "Check MERCADO_POSTGRES_URL and that the server runs.", cause: error },
    );
  }
}

async function appliedMigrations(session: pg.Client): Promise<string[]> {
  const { rows: tables } = await session.query<{ found: boolean }>(
    "select to_regclass('knex_migrations') is not null as found",
  );
  if (tables[0]?.found !== true) return [];
  const { rows } = await session.query<{ name: string }>("select name from knex_migrations");
  return rows.map((row) => row.name);
}

function ignore(): void {
  // Deliberately nothing.
}

/** `work`, of which Postgres's refusal is a reason not to start. */
async function refusingSchema(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const { code = "" } = error;
    // Knex puts the statement before the cause.
    const cause = error.message.split(" - ").at(-1) ?? error.message;
    throw new StartError(
      "API_SCHEMA_REFUSED",
      `Postgres does not let us prepare the shop's tables: ${cause} (${code}).`,
      {
        hint:
          code === INSUFFICIENT_PRIVILEGE
            ? "Let the user of MERCADO_POSTGRES_URL own the database, or grant it create and usage on the schema and all on its tables."
            : "Name a database in MERCADO_POSTGRES_URL that is empty or the shop's own, and can be written to.",
        cause: error,
      },
    );
  }
}

async function migratePostgres(session: pg.Client, postgresUrl: string): Promise<void> {
  const applied = await appliedMigrations(session);
  const unknown = applied.filter((name) => !migrationNames.includes(name));
  if (unknown.length > 0) {
    throw new StartError(
      "API_SCHEMA_NEWER",
      `The database has migrations that this version does not know: ${unknown.join(", ")}.`,
      { hint: "Run a newer version of the service, or name another database." },
    );
  }
  if (applied.length === migrationNames.length) return;
  const { default: knex } = await import("knex");
  const database = knex({
    client: "pg",
    connection: postgresUrl,
    pool: { min: 0, max: 1 },
    migrations: { migrationSource },
    // What it has to say comes as an error, too; stdout is not its to write to.
    log: { debug: ignore, warn: ignore, error: ignore, deprecate: ignore },
  });
  try {
    // We hold our own lock: knex's is a leftover of a process that was killed while migrating.
    await database.migrate.forceFreeMigrationsLock();
    await database.migrate.latest();
  } finally {
    await database.destroy();
  }
}

async function migrateDynamoDb(options: MigrateOptions): Promise<void> {
  const table = openTable(options.dynamodb, options.tableName);
  try {
    await ensureTable(table);
    const whyNot = await expireCarts(table);
    if (whyNot !== null) {
      options.onWarning?.(`expired carts are not deleted from table ${table.name} (${whyNot})`);
    }
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      "API_DYNAMODB_UNREACHABLE",
      isAbsent(error)
        ? `No DynamoDB answers at ${options.dynamodb.endpoint ?? options.dynamodb.region}: ${wordsOf(error)}`
        : `DynamoDB's table ${table.name} cannot be prepared: ${wordsOf(error)}`,
      {
        hint: "Check MERCADO_DYNAMODB_ENDPOINT, AWS_REGION and the credentials, and that the server runs.",
        cause: error,
      },
    );
  } finally {
    table.client.destroy();
  }
}
