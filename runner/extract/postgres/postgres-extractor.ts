import { concurrently } from "../../core/concurrently.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { Io } from "../../core/io.ts";
import type { SourceTable } from "../../core/source-table.ts";
import type {
  EarlierRows,
  ExtractedTable,
  Extractor,
  ExtractRequest,
  KillPoint,
  Lake,
  LiveColumn,
  LiveTable,
} from "../../core/ports.ts";
import { joinFailures } from "../extract-failure.ts";
import { PartCommit, type ExtractRun } from "../part-commit.ts";
import {
  openPostgresConnection,
  unreachable,
  type PostgresConnection,
} from "./postgres-connection.ts";
import { readIdentity } from "./postgres-identity.ts";
import { readColumns, readLiveTables } from "./live-tables.ts";
import { whyReset } from "./postgres-reset.ts";
import { latestStatement } from "./postgres-statements.ts";
import { openSnapshot } from "./snapshot.ts";
import { postgresTable, TableRead } from "./table-read.ts";

export interface PostgresExtractorOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  readonly lake: Lake;
  readonly killPoint?: KillPoint;
  readonly io?: Io;
  /** Tables, and ranges of large ones, that are read at a time, each in a session of its own. Default 2. */
  readonly connections?: number;
  /** Bytes of values that become about one part of the lake; also what a table is split by. Default 128 MB. */
  readonly partBytes?: number;
}

const defaultPartBytes = 128 * 1024 * 1024;

/** Connects at the first call, not here. */
export function openPostgresExtractor(options: PostgresExtractorOptions): Extractor {
  return new PostgresExtractor(options);
}

class PostgresExtractor implements Extractor {
  readonly #options: PostgresExtractorOptions;
  #connection: Promise<PostgresConnection> | undefined;

  constructor(options: PostgresExtractorOptions) {
    this.#options = options;
  }

  async identity(): Promise<string | undefined> {
    return this.#ask(readIdentity);
  }

  async liveColumns(table: SourceTable): Promise<readonly LiveColumn[] | undefined> {
    const { schema, table: name } = postgresTable(table);
    const columns = await this.#ask((connection) => readColumns(connection, schema, name));
    return columns.length === 0 ? undefined : columns;
  }

  liveTables(schema: string): Promise<readonly LiveTable[]> {
    return this.#ask((connection) => readLiveTables(connection, schema));
  }

  async latest(table: SourceTable, column: string): Promise<string | undefined> {
    const statement = latestStatement(postgresTable(table), column);
    const [row] = await this.#ask((connection) => connection.query(statement));
    return row?.["latest"] ?? undefined;
  }

  async whyReset(table: SourceTable, earlier: EarlierRows): Promise<string | undefined> {
    return this.#ask((connection) => whyReset(connection, postgresTable(table), earlier));
  }

  async extract(
    requests: readonly ExtractRequest[],
    run: ExtractRun,
  ): Promise<readonly ExtractedTable[]> {
    if (requests.length === 0) return [];
    const {
      url,
      lake,
      io,
      killPoint = () => undefined,
      connections = 2,
      partBytes = defaultPartBytes,
    } = this.#options;
    const commit = new PartCommit({ lake, killPoint, run });
    const snapshot = await openSnapshot(url, io);
    const reads = requests.map(
      (request) => new TableRead(request, { url, io, snapshot, commit, partBytes }),
    );
    try {
      // One after another: they share the session that keeps the snapshot.
      for (const read of reads) await read.plan();
      const ranges = reads.flatMap((read) => read.ranges.map((range) => ({ read, range })));
      await concurrently(ranges, connections, ({ read, range }) => read.readRange(range));
      for (const read of reads) await read.finish();
    } finally {
      await snapshot.close();
      await commit.close();
    }
    const failures: Failure[] = [];
    for (const read of reads) {
      if (read.failure !== undefined) failures.push(read.failure);
      if (read.hasAbandonedParts) {
        await commit.abandon(
          read.request.table,
          read.failure === undefined ? read.keys : undefined,
        );
      }
    }
    if (failures.length > 0) throw joinFailures(failures);
    return reads.map((read) => read.result());
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  /** A connection that was lost is not asked again. */
  async #ask<Result>(
    question: (connection: PostgresConnection) => Promise<Result>,
  ): Promise<Result> {
    this.#connection ??= openPostgresConnection(this.#options.url, this.#options.io);
    const connection = this.#connection;
    try {
      return await question(await connection);
    } catch (error) {
      if (this.#connection === connection) this.#connection = undefined;
      await connection.then((open) => open.close()).catch(() => undefined);
      throw error instanceof Failure ? error : unreachable(this.#options.url, error);
    }
  }
}
