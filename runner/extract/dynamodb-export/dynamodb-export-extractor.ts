import { counted } from "../../core/counted.ts";
import type { Failure } from "../../core/diagnostic.ts";
import { directIo, type Io } from "../../core/io.ts";
import type { ItemSourceTable, SourceTable } from "../../core/source-table.ts";
import type {
  ExtractedTable,
  Extractor,
  ExtractRequest,
  KillPoint,
  Lake,
} from "../../core/ports.ts";
import type { RetryPolicy } from "../dynamodb/read-retry.ts";
import { TableSink } from "../dynamodb/table-sink.ts";
import { asExtractFailure, contractFailure, joinFailures } from "../extract-failure.ts";
import { PartCommit, type ExtractRun } from "../part-commit.ts";
import { listExports, type ExportReading } from "./export-catalog.ts";
import { chooseExports, lastOf, printTime, type ExportChain } from "./export-chain.ts";
import { asExportFailure } from "./export-failure.ts";
import { readChain } from "./export-items.ts";
import type { ExportSummary } from "./export-manifest.ts";
import type { ExportStore, S3Settings } from "./export-store.ts";
import { openExportStore } from "./open-export-store.ts";

export interface DynamoDbExportOptions {
  /** A folder, or `s3://bucket/prefix`: where the exports were requested to go. */
  readonly location: string;
  /** The id of the export to read up to; `latest`, the default, is the newest that is complete. */
  readonly wanted?: string | undefined;
  /** The DynamoDB table to read instead of the one that a source's YAML names. */
  readonly table?: string | undefined;
  readonly s3?: S3Settings;
  /** Data files that are read at a time. Default 4. */
  readonly segments?: number | undefined;
  readonly lake: Lake;
  readonly killPoint?: KillPoint;
  readonly io?: Io;
  readonly retry?: RetryPolicy;
}

/** A file that is broken stays so: fewer tries than for a table that is throttled. */
const fewRetries: RetryPolicy = {
  retries: 4,
  minimumMilliseconds: 100,
  maximumMilliseconds: 5_000,
};

/** Reads nothing before the first call. */
export function openDynamoDbExportExtractor(options: DynamoDbExportOptions): Extractor {
  return new DynamoDbExportExtractor(options);
}

/** Requests that begin at the same moment of the same table, so that one pass serves them all. */
interface ExportRead {
  readonly chain: ExportChain;
  readonly tableName: string;
  readonly tables: readonly ItemSourceTable[];
}

class DynamoDbExportExtractor implements Extractor {
  readonly #options: DynamoDbExportOptions;
  readonly #wanted: string | undefined;
  #store: Promise<ExportStore> | undefined;
  #exports: Promise<readonly ExportSummary[]> | undefined;

  constructor(options: DynamoDbExportOptions) {
    this.#options = options;
    const { wanted = latest } = options;
    // An export's ARN ends with its id.
    this.#wanted = wanted === latest ? undefined : wanted.split("/").at(-1);
  }

  /** The exported table's own id; undefined when there are exports of several and the connection names none. */
  async identity(): Promise<string | undefined> {
    const exports = await this.#list();
    const names = new Set(exports.map(({ tableName }) => tableName));
    const [only] = names;
    const tableName = this.#options.table ?? (names.size === 1 ? only : undefined);
    if (tableName === undefined) return undefined;
    return this.#lastOf(tableName, exports).identity;
  }

  async liveColumns(table: SourceTable): Promise<"untyped"> {
    this.#lastOf(this.#tableNameOf(itemTable(table)), await this.#list());
    return "untyped";
  }

  async extract(
    requests: readonly ExtractRequest[],
    run: ExtractRun,
  ): Promise<readonly ExtractedTable[]> {
    const { lake, killPoint = () => undefined } = this.#options;
    const reads = this.#planReads(requests, await this.#list());
    const commit = new PartCommit({ lake, killPoint, run });
    const extracted = new Map<SourceTable, ExtractedTable>();
    const failures: Failure[] = [];
    try {
      for (const read of reads) {
        try {
          for (const result of await this.#extractRead(read, commit)) {
            extracted.set(result.table, result);
          }
        } catch (error) {
          const failure = asExportFailure(error, this.#options.location);
          failures.push(...read.tables.map((table) => asExtractFailure(table, failure)));
        }
      }
    } finally {
      await commit.close();
    }
    if (failures.length > 0) throw joinFailures(failures);
    return requests.flatMap(({ table }) => extracted.get(table) ?? []);
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    (await store?.catch(() => undefined))?.close();
  }

  #planReads(
    requests: readonly ExtractRequest[],
    exports: readonly ExportSummary[],
  ): readonly ExportRead[] {
    const reads = new Map<string, ExportRead>();
    for (const request of requests) {
      const table = itemTable(request.table);
      const tableName = this.#tableNameOf(table);
      const watermark = watermarkOf(request);
      const key = JSON.stringify([tableName, watermark]);
      const chain =
        reads.get(key)?.chain ?? chooseExports(exports, { ...this.#seeking(tableName), watermark });
      const tables = [...(reads.get(key)?.tables ?? []), table];
      reads.set(key, { chain, tableName, tables });
    }
    return [...reads.values()];
  }

  async #extractRead(read: ExportRead, commit: PartCommit): Promise<readonly ExtractedTable[]> {
    const reading = await this.#reading();
    const { segments = defaultSegments } = this.#options;
    const sinks: TableSink[] = [];
    try {
      for (const table of read.tables) sinks.push(TableSink.open({ table }, commit));
      const { deleted } = await readChain({ ...reading, chain: read.chain, segments }, sinks);
      const results: ExtractedTable[] = [];
      for (const sink of sinks) {
        const result = await sink.finish();
        if (result === undefined) continue;
        const notes = results.length === 0 ? tell(read, deleted) : [];
        const isIncremental = result.table.extract.mode === "incremental";
        results.push({
          ...result,
          // What was exported is known to the moment; what rows say of themselves may lag behind it.
          ...(isIncremental ? { highestCursor: microseconds(read.chain.until) } : {}),
          ...(notes.length === 0 ? {} : { notes }),
        });
      }
      const failures = sinks.flatMap(({ failure }) => failure ?? []);
      if (failures.length > 0) throw joinFailures(failures);
      return results;
    } finally {
      for (const sink of sinks) await sink.close();
    }
  }

  async #list(): Promise<readonly ExportSummary[]> {
    this.#exports ??= this.#reading().then(listExports);
    try {
      return await this.#exports;
    } catch (error) {
      throw asExportFailure(error, this.#options.location);
    }
  }

  async #reading(): Promise<ExportReading> {
    const { location, s3 = {}, io = directIo, retry = fewRetries } = this.#options;
    this.#store ??= openExportStore(location, s3);
    return { store: await this.#store, io, retry };
  }

  #lastOf(tableName: string, exports: readonly ExportSummary[]): ExportSummary {
    const ofTable = exports.filter((each) => each.tableName === tableName);
    return lastOf(ofTable, exports, this.#seeking(tableName));
  }

  #seeking(tableName: string) {
    return { tableName, location: this.#options.location, wanted: this.#wanted };
  }

  #tableNameOf(table: ItemSourceTable): string {
    return this.#options.table ?? table.dynamodbTable;
  }
}

const latest = "latest";
const defaultSegments = 4;

/** Exports hold every change of their time, so a lookback has nothing to find and is taken back. */
function watermarkOf({ table, since }: ExtractRequest): number | undefined {
  if (since === undefined || table.extract.mode === "full") return undefined;
  return Date.parse(since) + table.extract.lookbackSeconds * 1000;
}

function microseconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

/** What was read, and what it does not show. */
function tell({ chain, tableName }: ExportRead, deleted: number): readonly string[] {
  const { base, increments, until, newerFull } = chain;
  const read = [
    ...(base === undefined ? [] : [`the full export ${base.id}`]),
    ...(increments.length === 0 ? [] : [counted(increments.length, "incremental export")]),
  ];
  const notes = [
    read.length === 0
      ? `${tableName}: no export is newer than ${printTime(until)}, which was extracted before.`
      : `${tableName}: read ${read.join(" and ")}, as of ${printTime(until)}.`,
  ];
  if (newerFull !== undefined) {
    notes.push(
      `${tableName}: the full export ${newerFull.id} shows ${printTime(newerFull.to)}, but no incremental export leads there; to begin again with it: runner build --full-refresh`,
    );
  }
  if (base === undefined && deleted > 0) {
    notes.push(
      `${tableName}: ${counted(deleted, "item")} ${deleted === 1 ? "was" : "were"} deleted; the last rows of ${deleted === 1 ? "it" : "them"} stay in the raw zone.`,
    );
  }
  return notes;
}

function itemTable(table: SourceTable): ItemSourceTable {
  if (table.connector !== "postgres") return table;
  throw contractFailure(table, {
    message: `the connection ${table.connection} reads exports of DynamoDB, and this is a table of Postgres.`,
    hint: "Correct the source's `connection`, or the connection in pipelines.yaml.",
  });
}
