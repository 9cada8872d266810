import pg from "pg";
import { openTestServices } from "../../../testing.ts";
import {
  executeStatement,
  prepareDatabase,
  type StatementResult,
  type Storage,
} from "../execute-statement.ts";

export interface TestSession {
  readonly client: pg.Client;
  run(sql: string): Promise<StatementResult>;
  /** The rows of a query. */
  rows(sql: string): Promise<StatementResult["rows"]>;
  /** The message of the refusal; an error when there is none. */
  refusal(sql: string): Promise<string>;
}

export interface TestRedshift extends TestSession {
  /** One more session on the same database. */
  connect(): Promise<TestSession>;
  /** What another user gets of a statement: its rows, `done` where it has none, or why it was refused. */
  as(user: string, sql: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A Redshift database of its own for one test file, on a real Postgres. */
export async function openTestRedshift(
  storage: Storage = { endpoint: undefined, region: "us-east-1" },
): Promise<TestRedshift> {
  const services = await openTestServices();
  const clients: pg.Client[] = [];
  const connect = async (): Promise<TestSession> => {
    const client = new pg.Client(services.postgresUrl);
    clients.push(client);
    await client.connect();
    if (clients.length === 1) await prepareDatabase(client);
    const run = (sql: string) => executeStatement(client, sql, storage);
    return {
      client,
      run,
      rows: async (sql) => (await run(sql)).rows,
      refusal: async (sql) => {
        const outcome = await run(sql).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) throw new Error(`This should have been refused: ${sql}`);
        return outcome.message;
      },
    };
  };
  const first = await connect();
  return {
    ...first,
    connect,
    as: async (user, sql) => {
      await first.run(`set session authorization ${user}`);
      try {
        const { rows, hasResultSet } = await first.run(sql);
        return hasResultSet ? rows : "done";
      } catch (error) {
        return error instanceof Error ? error.message : error;
      } finally {
        await first.run("set session authorization default");
      }
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
      await services.close();
    },
  };
}
