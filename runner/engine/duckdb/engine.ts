import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";
import type { LeaseHolder } from "../../core/lease.ts";
import type { DescribedColumn, LocalEngine, LocalFiles, ResultSet } from "../../core/ports.ts";
import { quotePlain } from "../../core/sql-text.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { openFailure, statementFailure } from "./failure.ts";
import { removeHolder, writeHolder } from "./holder-file.ts";
import { rowOf } from "./values.ts";

export interface DuckDbOptions {
  /** The database file, or `:memory:`. Its folder is made when it is missing. */
  readonly file: string;
  /** Statements that may run at the same time, and DuckDB's own threads. */
  readonly threads: number;
  /** A reader sees what is published and can change nothing. */
  readonly readOnly?: boolean;
  /** Told to others that find the warehouse busy. */
  readonly holder?: LeaseHolder;
}

/** Errors come as JSON, which alone tells exactly where in a statement they stand. */
const connectionSetup = "set TimeZone = 'UTC'; set errors_as_json = true";

/** Opens a DuckDB warehouse. One process at a time may open it for writing; no other may read it meanwhile. */
export async function openDuckDb(options: DuckDbOptions): Promise<LocalEngine> {
  const instance = await openInstance(options);
  try {
    const pool = await ConnectionPool.open(instance, options.threads + 1, connectionSetup);
    if (options.holder !== undefined) writeHolder(options.file, options.holder);
    return new DuckDbEngine(instance, pool, options);
  } catch (error) {
    instance.closeSync();
    throw openFailure(error, options.file);
  }
}

async function openInstance({
  file,
  threads,
  readOnly = false,
}: DuckDbOptions): Promise<DuckDBInstance> {
  try {
    if (file !== ":memory:" && !readOnly) await mkdir(path.dirname(file), { recursive: true });
    return await DuckDBInstance.create(file, {
      threads: String(threads),
      ...(readOnly ? { access_mode: "READ_ONLY" } : {}),
    });
  } catch (error) {
    throw openFailure(error, file);
  }
}

class DuckDbEngine implements LocalEngine {
  readonly name = "duckdb";
  readonly isExclusive = true;
  readonly files: LocalFiles = {
    kind: "local",
    writeParquet: (query, file) => this.#writeParquet(query, file),
  };
  readonly #instance: DuckDBInstance;
  readonly #pool: ConnectionPool;
  readonly #file: string;
  readonly #isHeld: boolean;

  constructor(instance: DuckDBInstance, pool: ConnectionPool, options: DuckDbOptions) {
    this.#instance = instance;
    this.#pool = pool;
    this.#file = options.file;
    this.#isHeld = options.holder !== undefined;
  }

  async execute(statement: string): Promise<void> {
    await this.#pool.use((connection) => this.#run(connection, statement));
  }

  async query(statement: string, rowLimit?: number): Promise<ResultSet> {
    return this.#pool.use((connection) => this.#read(connection, statement, rowLimit));
  }

  async describe(query: string): Promise<readonly DescribedColumn[]> {
    const { rows } = await this.query(`describe ${query}`);
    return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
  }

  async transaction(statements: readonly string[]): Promise<void> {
    await this.#pool.use(async (connection) => {
      await this.#run(connection, "begin transaction");
      try {
        for (const statement of statements) await this.#run(connection, statement);
        await this.#run(connection, "commit");
      } catch (error) {
        await connection.run("rollback").catch(() => undefined);
        throw error;
      }
    });
  }

  async #writeParquet(query: string, file: string): Promise<number> {
    const statement = `copy (${query}) to ${quotePlain(file)} (format parquet, compression zstd)`;
    try {
      const { rows } = await this.query(statement);
      return Number(rows[0]?.Count ?? 0);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  interrupt(): Promise<void> {
    this.#pool.interrupt();
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.#isHeld) removeHolder(this.#file);
    this.#pool.close();
    this.#instance.closeSync();
    return Promise.resolve();
  }

  async #run(connection: DuckDBConnection, statement: string): Promise<void> {
    try {
      await connection.run(statement);
    } catch (error) {
      throw statementFailure(error, statement, this.#file);
    }
  }

  async #read(
    connection: DuckDBConnection,
    statement: string,
    rowLimit = Infinity,
  ): Promise<ResultSet> {
    try {
      const reader =
        rowLimit === Infinity
          ? await connection.runAndReadAll(statement)
          : await connection.streamAndReadUntil(statement, rowLimit);
      const names = reader.deduplicatedColumnNames();
      const types = reader.columnTypes().map(String);
      return {
        columns: names.map((name, index) => ({ name, type: types[index] ?? "" })),
        rows: reader
          .getRowsJson()
          .slice(0, rowLimit)
          .map((values) => rowOf(names, types, values)),
      };
    } catch (error) {
      throw statementFailure(error, statement, this.#file);
    }
  }
}
