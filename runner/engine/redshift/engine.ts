import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";
import type { TellCost } from "../../core/engine-load.ts";
import type {
  ActingUsers,
  DescribedColumn,
  Engine,
  RemoteFiles,
  ResultSet,
  Row,
  UnloadedFile,
} from "../../core/ports.ts";
import { ledgerSchema } from "../../core/sql-text.ts";
import { StatementsAs } from "./statements-as.ts";
import { newInstance } from "./client-token.ts";
import { warehouseName } from "./connection.ts";
import type { RedshiftConnection } from "./connection.ts";
import { DataApi } from "./data-api.ts";
import { fieldValue } from "./field-value.ts";
import { StatementJournal } from "./journal.ts";
import { dropProcedure, procedurePrefix } from "./packed-transaction.ts";
import type { Patience } from "./retried.ts";
import { settleLeft, settleRuns } from "./settle.ts";
import { StatementRunner } from "./statement-runner.ts";
import { Transactions } from "./transactions.ts";
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
  /** How long a request is tried again that is not answered. Default 5 minutes; at most 15 seconds before any answer. */
  readonly patience?: Patience;
  /** Told when the service stops answering for a while, and when it goes on. */
  readonly tell?: (message: string) => void;
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
  metered(tell: TellCost): RedshiftEngine;
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
  const { patience = defaultPatience, tell } = options;
  const api = new DataApi(options, { patience, tell });
  try {
    await settleLeft(api, options.home);
    const journal = await StatementJournal.create(options.home, instance);
    const runner = new StatementRunner(
      { api, journal, instance, slots: options.threads + 1 },
      options.name,
    );
    const transactions = new Transactions({
      runner,
      instance,
      warehouse: warehouseName(options),
      patience: options.conflictPatience ?? defaultPatience,
    });
    const acting = new StatementsAs({ runner, transactions, warehouse: warehouseName(options) });
    return new DataApiEngine(options, { api, journal, runner, transactions, acting });
  } catch (error) {
    api.close();
    throw error;
  }
}

interface Parts {
  readonly api: DataApi;
  readonly journal: StatementJournal;
  readonly runner: StatementRunner;
  readonly transactions: Transactions;
  readonly acting: StatementsAs;
}

class DataApiEngine implements RedshiftEngine {
  readonly name = "redshift";
  readonly isExclusive = false;
  readonly files: RemoteFiles;
  readonly acting: ActingUsers;
  readonly #options: RedshiftOptions;
  readonly #parts: Parts;
  readonly #tell: TellCost | undefined;

  constructor(options: RedshiftOptions, parts: Parts, tell?: TellCost) {
    this.#options = options;
    this.#parts = parts;
    this.#tell = tell;
    const { acting } = parts;
    this.acting = {
      attempt: (user, statements) => acting.attempt(user, statements),
      query: async (user, query) => this.#result(await acting.query(user, query)),
    };
    this.files = {
      kind: "remote",
      unload: (query, prefix, { isParallel }) => this.#unload(query, prefix, isParallel),
    };
  }

  async execute(statement: string): Promise<void> {
    await this.#one(statement);
  }

  async query(statement: string, rowLimit?: number): Promise<ResultSet> {
    return this.#result(await this.#one(statement), rowLimit);
  }

  async #result(
    { Id: id = "", HasResultSet: hasRows }: DescribeStatementResponse,
    rowLimit = Infinity,
  ): Promise<ResultSet> {
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

  transaction(statements: readonly string[]): Promise<void> {
    return this.#parts.transactions.all(statements, this.#tell);
  }

  metered(tell: TellCost): RedshiftEngine {
    return new DataApiEngine(this.#options, this.#parts, (cost) => {
      this.#tell?.(cost);
      tell(cost);
    });
  }

  interrupt(): Promise<void> {
    return this.#parts.transactions.interrupt();
  }

  nameRun(runId: string): void {
    this.#parts.runner.name = runId;
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

  #one(statement: string) {
    return this.#parts.transactions.one(statement, this.#tell);
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
