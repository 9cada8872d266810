import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";
import type {
  DescribedColumn,
  Engine,
  RemoteFiles,
  ResultSet,
  Row,
  UnloadedFile,
} from "../../core/ports.ts";
import { ledgerSchema } from "../../core/sql-text.ts";
import { newInstance } from "./client-token.ts";
import { warehouseName } from "./connection.ts";
import type { RedshiftConnection } from "./connection.ts";
import { DataApi } from "./data-api.ts";
import { isConflict } from "./error-text.ts";
import { fieldValue } from "./field-value.ts";
import { StatementJournal } from "./journal.ts";
import { assertSendable, fitsBatch } from "./limits.ts";
import {
  assertTransactional,
  dropProcedure,
  packTransaction,
  procedurePrefix,
} from "./packed-transaction.ts";
import { retried } from "./retried.ts";
import type { Patience } from "./retried.ts";
import { settleLeft, settleRuns } from "./settle.ts";
import { errorTextOf, failureOf } from "./statement-error.ts";
import type { FindStatement } from "./statement-error.ts";
import { StatementRunner } from "./statement-runner.ts";
import type { StatementStatistics } from "./statistics.ts";
import { columnNames, typeWords } from "./type-words.ts";
import { noManifest, readUnloadManifest, unloadManifest, unloadStatement } from "./unload.ts";

export interface RedshiftOptions extends RedshiftConnection {
  /** The role by which Redshift itself reaches the lake: an ARN, or `default`. */
  readonly iamRole: string;
  /** Statements that may run at the same time; one more may, for the ledger's and the lease's. */
  readonly threads: number;
  /** A folder of this machine; what is under way is written down below it. */
  readonly home: string;
  /** Whose statements these are, until `nameRun` says better: a command. */
  readonly name: string;
  /** Reads a text that stands at an s3:// address of the lake; undefined when nothing is there. */
  readonly readObject: (location: string) => Promise<string | undefined>;
  /** Called once for each submission that is over. */
  readonly onStatement?: (statistics: StatementStatistics) => void;
  /** How long a request is tried again that is not answered. Default 5 minutes. */
  readonly patience?: Patience;
  /** How long a transaction is tried again that another one was in the way of. Default 5 minutes. */
  readonly conflictPatience?: Patience;
}

/** What Redshift's engine has besides, since its statements outlive the process that asked for them. */
export interface RedshiftEngine extends Engine {
  readonly files: RemoteFiles;
  /** Cancels what runs; the promise is kept when all of it is over. */
  interrupt(): Promise<void>;
  /** Names the statements from now on by a run, so that `settle` finds them from another machine. */
  nameRun(runId: string): void;
  /**
   * Ends what statements of these runs still do, whose processes are gone, and waits until all of it is over: what is
   * read afterwards stays as it is. Only the holder of the lease may call this.
   */
  settle(runs: readonly string[]): Promise<void>;
}

const defaultPatience: Patience = {
  totalMilliseconds: 300_000,
  firstPauseMilliseconds: 100,
  longestPauseMilliseconds: 10_000,
};

/**
 * Opens a Redshift warehouse by its Data API. Statements that an earlier process of this home left there are ended
 * before anything else is asked. No connection is held, so that a wrong name or missing rights show with the first
 * statement.
 */
export async function openRedshift(options: RedshiftOptions): Promise<RedshiftEngine> {
  const instance = newInstance();
  const api = new DataApi(options, options.patience ?? defaultPatience);
  try {
    await settleLeft(api, options.home);
    const journal = await StatementJournal.create(options.home, instance);
    return new DataApiEngine(options, { api, journal, instance });
  } catch (error) {
    api.close();
    throw error;
  }
}

interface Parts {
  readonly api: DataApi;
  readonly journal: StatementJournal;
  readonly instance: string;
}

class DataApiEngine implements RedshiftEngine {
  readonly name = "redshift";
  readonly isExclusive = false;
  readonly files: RemoteFiles;
  readonly #options: RedshiftOptions;
  readonly #parts: Parts;
  readonly #runner: StatementRunner;
  /** Aborted by an interruption, so that nothing that began before it is tried again. */
  #stop = new AbortController();
  #transactions = 0;

  constructor(options: RedshiftOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#runner = new StatementRunner(
      { ...parts, slots: options.threads + 1, onStatement: options.onStatement },
      options.name,
    );
    this.files = {
      kind: "remote",
      unload: (query, prefix, { isParallel }) => this.#unload(query, prefix, isParallel),
    };
  }

  async execute(statement: string): Promise<void> {
    await this.#one(statement);
  }

  async query(statement: string, rowLimit = Infinity): Promise<ResultSet> {
    const { Id: id = "", HasResultSet: hasRows } = await this.#one(statement);
    let columns: ResultSet["columns"] = [];
    const rows: Row[] = [];
    if (hasRows !== true) return { columns, rows };
    for await (const page of this.#parts.api.pages(id)) {
      const names = columnNames(page.columns);
      columns = page.columns.map((column, index) => ({
        name: names[index] ?? "",
        type: typeWords(column),
      }));
      for (const record of page.records) {
        if (rows.length >= rowLimit) break;
        rows.push(
          Object.fromEntries(
            record.map((field, index) => [
              names[index] ?? "",
              fieldValue(field, page.columns[index]),
            ]),
          ),
        );
      }
      if (rows.length >= rowLimit) break;
    }
    return { columns, rows };
  }

  async describe(query: string): Promise<readonly DescribedColumn[]> {
    // The query's last line may be a comment.
    return (await this.query(`select * from (\n${query}\n) as described limit 0`)).columns;
  }

  async transaction(statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return;
    assertTransactional(statements);
    if (fitsBatch(statements)) await this.#whole(statements, true);
    else await this.#packed(statements);
  }

  interrupt(): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    return this.#runner.interrupt();
  }

  nameRun(runId: string): void {
    this.#runner.name = runId;
  }

  async settle(runs: readonly string[]): Promise<void> {
    await settleLeft(this.#parts.api, this.#options.home);
    await settleRuns(this.#parts.api, runs);
    await this.#dropLeftProcedures();
  }

  async close(): Promise<void> {
    await this.#parts.journal.close();
    this.#parts.api.close();
  }

  async #one(statement: string): Promise<DescribeStatementResponse> {
    assertSendable(statement);
    return this.#whole([statement], false);
  }

  async #unload(
    query: string,
    prefix: string,
    isParallel: boolean,
  ): Promise<readonly UnloadedFile[]> {
    const { iamRole, readObject } = this.#options;
    await this.#one(unloadStatement(query, prefix, { iamRole, isParallel }));
    const location = unloadManifest(prefix);
    const manifest = await readObject(location);
    if (manifest !== undefined) return readUnloadManifest(manifest, location);
    // Where there are no rows, Redshift writes neither files nor a manifest.
    const { rows } = await this.query(`select count(*) as row_count from (\n${query}\n) as rows`);
    if (rows[0]?.row_count === 0) return [];
    throw noManifest(location);
  }

  /** Runs one transaction, again and again while others are in its way. */
  async #whole(
    statements: readonly string[],
    isBatch: boolean,
    find?: FindStatement,
  ): Promise<DescribeStatementResponse> {
    const tried = await retried(
      async () => {
        const described = await this.#runner.run(statements, isBatch);
        if (described.Status !== "FINISHED") throw new Unfinished(described);
        return described;
      },
      {
        patience: this.#options.conflictPatience ?? defaultPatience,
        refusalOf: (error) => (error instanceof Unfinished && error.isConflict ? "busy" : "final"),
        signal: this.#stop.signal,
      },
    );
    if (tried.isAnswered) return tried.answer;
    if (!(tried.error instanceof Unfinished)) throw tried.error;
    const warehouse = warehouseName(this.#options);
    throw failureOf(tried.error.described, statements, { warehouse, ...(find && { find }) });
  }

  async #packed(statements: readonly string[]): Promise<void> {
    this.#transactions += 1;
    const token = `${this.#parts.instance}:${this.#transactions}`;
    const { creations, batch, drops, find } = packTransaction(statements, token);
    const drop = (statement: string) => this.#one(statement).catch(() => undefined);
    try {
      const made = await Promise.allSettled(creations.map((creation) => this.#one(creation)));
      // All of them are over before any is dropped.
      for (const each of made) if (each.status === "rejected") throw each.reason;
      await this.#whole(batch, true, find);
    } catch (error) {
      await drop(drops.afterFailure);
      throw error;
    } finally {
      // What cannot be dropped now, `settle` drops.
      await Promise.all(drops.always.map(drop));
    }
  }

  /** Procedures whose transaction nobody will call any more. */
  async #dropLeftProcedures(): Promise<void> {
    const { rows } = await this.query(
      `select cast(p.proname as varchar(127)) as name from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname = '${ledgerSchema}' and p.proname like '${procedurePrefix}%' order by 1`,
    );
    for (const { name } of rows) await this.#one(dropProcedure(String(name)));
  }
}

/** A submission that failed or was cancelled. */
class Unfinished extends Error {
  readonly described: DescribeStatementResponse;
  readonly isConflict: boolean;

  constructor(described: DescribeStatementResponse) {
    const text = errorTextOf(described);
    super(text);
    this.described = described;
    this.isConflict = described.Status === "FAILED" && isConflict(text);
  }
}
