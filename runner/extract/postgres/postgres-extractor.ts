import { codeOf, messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { ControlTotals } from "../../core/manifest.ts";
import type { PostgresSourceTable, SourceTable } from "../../core/node.ts";
import type {
  ExtractedTable,
  Extractor,
  ExtractRequest,
  KillPoint,
  Lake,
  LiveColumn,
} from "../../core/ports.ts";
import { concurrently } from "../../core/concurrently.ts";
import { fromScaled, toScaled } from "../../core/scaled-decimal.ts";
import { summedColumns } from "../control-totals.ts";
import {
  asExtractFailure,
  contractFailure,
  extractFailure,
  joinFailures,
} from "../extract-failure.ts";
import { PartCommit, type ExtractRun } from "../part-commit.ts";
import { openPostgresConnection, type PostgresConnection } from "./postgres-connection.ts";
import { readIdentity } from "./postgres-identity.ts";
import { columnsStatement, copyStatement, totalsStatement } from "./postgres-statements.ts";
import { columnTypeOf } from "./postgres-types.ts";

export interface PostgresExtractorOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  readonly lake: Lake;
  readonly killPoint?: KillPoint;
  /** Tables that are read at a time. Default 2. */
  readonly connections?: number;
}

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
    return readIdentity(await this.#connect());
  }

  async liveColumns(table: SourceTable): Promise<readonly LiveColumn[] | undefined> {
    const connection = await this.#connect();
    const rows = await connection.query(columnsStatement(postgresTable(table)));
    if (rows.length === 0) return undefined;
    return rows.map((row) => {
      const type = columnTypeOf(row["base_type"] ?? "");
      return {
        name: row["name"] ?? "",
        ...(type === undefined ? {} : { type }),
        nativeType: row["native_type"] ?? "",
        nullable: row["nullable"] === "t",
      };
    });
  }

  async extract(
    requests: readonly ExtractRequest[],
    run: ExtractRun,
  ): Promise<readonly ExtractedTable[]> {
    if (requests.length === 0) return [];
    const commit = new PartCommit({
      lake: this.#options.lake,
      killPoint: this.#options.killPoint ?? (() => undefined),
      run,
    });
    const extracted = new Map<ExtractRequest, ExtractedTable>();
    const failures: Failure[] = [];
    const snapshot = await openSnapshot(this.#options.url);
    try {
      await concurrently(requests, this.#options.connections ?? 2, async (request) => {
        try {
          extracted.set(request, await this.#extractTable(request, snapshot.name, commit));
        } catch (error) {
          failures.push(tableFailure(request.table, error));
        }
      });
    } finally {
      await snapshot.close();
      await commit.close();
    }
    if (failures.length > 0) throw joinFailures(failures);
    return requests.flatMap((request) => extracted.get(request) ?? []);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  async #extractTable(
    request: ExtractRequest,
    snapshot: string,
    commit: PartCommit,
  ): Promise<ExtractedTable> {
    const table = postgresTable(request.table);
    const copy = copyStatement(table, request.since);
    const staged = await commit.stage(table, false);
    // A session for each table: one that failed is of no use for the next.
    const session = await openPostgresConnection(this.#options.url);
    try {
      await session.query(begin);
      await session.query(`set transaction snapshot '${snapshot}'`);
      const sentRows = await session.copyToFile(copy, staged.spoolPath);
      const extracted = await commit.commit({ ...staged, sentRows }, async () => {
        const totals = await readTotals(session, table, request.since);
        if (totals.rows === sentRows) return totals;
        throw extractFailure(table, {
          message: `Postgres counted ${totals.rows} rows and sent ${sentRows}.`,
          hint: "Nothing of this table was committed: run it again.",
        });
      });
      const isWanted = table.totalsOf === "table" && request.since !== undefined;
      if (!isWanted) return extracted;
      return { ...extracted, tableTotals: await readTotals(session, table, undefined) };
    } finally {
      await session.close();
      await commit.discard(staged);
    }
  }

  #connect(): Promise<PostgresConnection> {
    this.#connection ??= openPostgresConnection(this.#options.url);
    return this.#connection;
  }
}

const begin = "begin isolation level repeatable read read only";

/** A transaction that does nothing but keep one moment of the database open for others to read. */
async function openSnapshot(url: string): Promise<{ name: string; close(): Promise<void> }> {
  const connection = await openPostgresConnection(url);
  try {
    await connection.query(begin);
    const [row] = await connection.query("select pg_export_snapshot() as name");
    return { name: row?.["name"] ?? "", close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function readTotals(
  session: PostgresConnection,
  table: PostgresSourceTable,
  since: string | undefined,
): Promise<ControlTotals> {
  const [row] = await session.query(totalsStatement(table, since));
  const sums = summedColumns(table).map(({ column, scale }, index) => {
    const text = row?.[`sum_${index}`] ?? "0";
    const scaled = toScaled(text, scale);
    return [column.name, scaled === undefined ? text : fromScaled(scaled, scale)] as const;
  });
  return { rows: Number(row?.["rows"]), sums: Object.fromEntries(sums) };
}

function postgresTable(table: SourceTable): PostgresSourceTable {
  if (table.connector === "postgres") return table;
  throw new Error(`${table.source}.${table.table} is no Postgres table`);
}

const undefinedTable = "42P01";
const undefinedColumn = "42703";

function tableFailure(table: SourceTable, error: unknown): Failure {
  const code = codeOf(error);
  if (code !== undefinedTable && code !== undefinedColumn) return asExtractFailure(table, error);
  return contractFailure(table, {
    message: "the database does not have what the source's YAML declares.",
    cause: messageOf(error),
    hint: "Correct the YAML, or bring back what is missing in the database.",
  });
}
