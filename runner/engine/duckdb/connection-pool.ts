import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { statementLogger } from "./statement-log.ts";

/** A fixed number of connections, each used by one caller at a time. */
export class ConnectionPool {
  readonly #idle: DuckDBConnection[];
  readonly #all: readonly DuckDBConnection[];
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];

  private constructor(connections: DuckDBConnection[]) {
    this.#idle = [...connections];
    this.#all = connections;
  }

  static async open(
    instance: DuckDBInstance,
    size: number,
    setup: string,
  ): Promise<ConnectionPool> {
    const connections: DuckDBConnection[] = [];
    const log = statementLogger();
    for (let index = 0; index < size; index += 1) {
      const connection = await instance.connect();
      await connection.run(setup);
      connections.push(log === undefined ? connection : logged(connection, index, log));
    }
    return new ConnectionPool(connections);
  }

  async use<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const connection =
      this.#idle.pop() ??
      (await new Promise<DuckDBConnection>((resolve) => {
        this.#waiting.push(resolve);
      }));
    try {
      return await work(connection);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(connection);
      else next(connection);
    }
  }

  interrupt(): void {
    for (const connection of this.#all) connection.interrupt();
  }

  close(): void {
    for (const connection of this.#all) connection.closeSync();
  }
}

/** The same connection, which writes down what it is asked. */
function logged(
  connection: DuckDBConnection,
  index: number,
  log: (connection: number, statement: string) => void,
): DuckDBConnection {
  // The client's `runAndReadAll` calls `run`.
  const run = connection.run.bind(connection);
  const streamAndReadUntil = connection.streamAndReadUntil.bind(connection);
  return Object.assign(connection, {
    run: (...args: Parameters<typeof run>) => {
      log(index, args[0]);
      return run(...args);
    },
    streamAndReadUntil: (...args: Parameters<typeof streamAndReadUntil>) => {
      log(index, args[0]);
      return streamAndReadUntil(...args);
    },
  });
}
