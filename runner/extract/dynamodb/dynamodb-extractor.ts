import type { DynamoDBClient, TableDescription } from "@aws-sdk/client-dynamodb";
import type { Failure } from "../../core/diagnostic.ts";
import { counted } from "../../core/counted.ts";
import { directIo, type Io } from "../../core/io.ts";
import type { DynamoDbSourceTable, SourceTable } from "../../core/source-table.ts";
import type {
  ExtractedTable,
  Extractor,
  ExtractRequest,
  ItemSample,
  KillPoint,
  Lake,
} from "../../core/ports.ts";
import { contractFailure, joinFailures } from "../extract-failure.ts";
import { PartCommit, type ExtractRun } from "../part-commit.ts";
import {
  describeTable,
  openDynamoDbClient,
  type DynamoDbConnection,
} from "./dynamodb-connection.ts";
import { CapacityBudget, PageSize } from "./capacity-budget.ts";
import { DynamoDbReader } from "./dynamodb-reader.ts";
import type { Item } from "./dynamodb-text.ts";
import { readDateIndex, scanTable } from "./item-reader.ts";
import { asReadFailure } from "./read-failure.ts";
import { latestInIndex } from "./latest.ts";
import { sampleItems } from "./sample.ts";
import { planReads, type ItemRead } from "./read-plan.ts";
import { patientRetries, type RetryPolicy } from "./read-retry.ts";
import { TableSink } from "./table-sink.ts";

export interface DynamoDbExtractorOptions {
  readonly connection: DynamoDbConnection;
  readonly lake: Lake;
  readonly killPoint?: KillPoint;
  readonly io?: Io;
  /** Default about two minutes of patience. */
  readonly retry?: RetryPolicy;
  /** How long one answer may take. Default 30 seconds. */
  readonly timeoutMilliseconds?: number;
  /** What is today, for the date index. Default the machine's clock. */
  readonly now?: () => Date;
}

/** Connects at the first call, not here. */
export function openDynamoDbExtractor(options: DynamoDbExtractorOptions): Extractor {
  return new DynamoDbExtractor(options);
}

const defaultSegments = 4;

class DynamoDbExtractor implements Extractor {
  readonly #options: DynamoDbExtractorOptions;
  readonly #io: Io;
  readonly #segments: number;
  /** Shared by all that is read over this connection. */
  readonly #budget: CapacityBudget | undefined;
  #client: DynamoDBClient | undefined;

  constructor(options: DynamoDbExtractorOptions) {
    const { segments = defaultSegments, readCapacity } = options.connection;
    this.#options = options;
    this.#io = options.io ?? directIo;
    this.#segments = segments;
    this.#budget = readCapacity === undefined ? undefined : new CapacityBudget(readCapacity);
  }

  /** Of the table that the connection names; undefined when it names none. */
  async identity(): Promise<string | undefined> {
    const { connection } = this.#options;
    if (connection.table === undefined) return undefined;
    const description = await describeTable(connection, connection.table, this.#io);
    if (description?.TableId !== undefined) return description.TableId;
    if (description?.TableArn === undefined) return undefined;
    return `${description.TableArn}@${description.CreationDateTime?.toISOString() ?? ""}`;
  }

  async liveColumns(table: SourceTable): Promise<"untyped" | undefined> {
    const name = this.#dynamodbTableOf(dynamoDbTable(table));
    return (await describeTable(this.#options.connection, name, this.#io)) === undefined
      ? undefined
      : "untyped";
  }

  async sample(table: SourceTable, items: number): Promise<ItemSample> {
    const wanted = dynamoDbTable(table);
    const dynamodbTable = this.#dynamodbTableOf(wanted);
    const description = await describeTable(this.#options.connection, dynamodbTable, this.#io);
    if (description === undefined) return { items: 0, rows: [], attributes: [] };
    const sortKey = keyAttributes(description)[1];
    const client = (this.#client ??= openDynamoDbClient(this.#options.connection));
    try {
      return await sampleItems(client, this.#io, { table: wanted, dynamodbTable, sortKey }, items);
    } catch (error) {
      throw asReadFailure(table, error);
    }
  }

  async latest(
    table: SourceTable,
    _column: string,
    search: { readonly now: Date; readonly days: number },
  ): Promise<string | undefined> {
    const wanted = dynamoDbTable(table);
    const { dateIndex: index } = wanted;
    if (index === undefined) throw new Error(`${table.relation} has no date index`);
    const client = (this.#client ??= openDynamoDbClient(this.#options.connection));
    const dynamodbTable = this.#dynamodbTableOf(wanted);
    try {
      return await latestInIndex(client, this.#io, { dynamodbTable, index, ...search });
    } catch (error) {
      throw asReadFailure(table, error);
    }
  }

  async extract(
    requests: readonly ExtractRequest[],
    run: ExtractRun,
  ): Promise<readonly ExtractedTable[]> {
    const { lake, killPoint = () => undefined } = this.#options;
    const commit = new PartCommit({ lake, killPoint, run });
    const extracted = new Map<SourceTable, ExtractedTable>();
    const failures: Failure[] = [];
    const wanted = requests.map(({ table, since }) => ({ table: dynamoDbTable(table), since }));
    try {
      for (const read of planReads(wanted, (table) => this.#dynamodbTableOf(table))) {
        try {
          for (const result of await this.#extractRead(read, commit)) {
            extracted.set(result.table, result);
          }
        } catch (error) {
          failures.push(...read.requests.map(({ table }) => asReadFailure(table, error)));
        }
      }
    } finally {
      await commit.close();
    }
    if (failures.length > 0) throw joinFailures(failures);
    return requests.flatMap(({ table }) => extracted.get(table) ?? []);
  }

  close(): Promise<void> {
    this.#client?.destroy();
    this.#client = undefined;
    return Promise.resolve();
  }

  async #extractRead(read: ItemRead, commit: PartCommit): Promise<readonly ExtractedTable[]> {
    const description = await describeTable(this.#options.connection, read.dynamodbTable, this.#io);
    assertReadable(read, description);
    const sinks: TableSink[] = [];
    try {
      for (const request of read.requests) sinks.push(TableSink.open(request, commit));
      const notes = await this.#readItems(read, description, sinks);
      const results: ExtractedTable[] = [];
      for (const sink of sinks) {
        const result = await sink.finish();
        if (result === undefined) continue;
        // Said once, though the pass served several tables.
        results.push(results.length === 0 && notes.length > 0 ? { ...result, notes } : result);
      }
      const failures = sinks.flatMap(({ failure }) => failure ?? []);
      if (failures.length > 0) throw joinFailures(failures);
      return results;
    } finally {
      for (const sink of sinks) await sink.close();
    }
  }

  async #readItems(
    read: ItemRead,
    description: TableDescription,
    sinks: readonly TableSink[],
  ): Promise<readonly string[]> {
    const table = read.dynamodbTable;
    const reader = this.#reader(table, description);
    const sortKey = keyAttributes(description)[1];
    const visit = async (items: readonly Item[]): Promise<void> => {
      for (const item of items) {
        const position = sortKey === undefined ? "" : (item[sortKey]?.S ?? "");
        for (const sink of sinks) {
          if (position.startsWith(sink.request.table.sortKeyPrefix)) await sink.add(item);
        }
      }
    };
    switch (read.kind) {
      case "scan":
        await scanTable(reader, this.#segments, visit);
        return [];
      case "index": {
        const { vanished } = await readDateIndex(
          reader,
          {
            keyAttributes: keyAttributes(description),
            index: read.index,
            holdsItems: indexOf(read.index.name, description)?.Projection?.ProjectionType === "ALL",
            since: read.since,
            now: this.#options.now?.() ?? new Date(),
            concurrency: this.#segments,
          },
          visit,
        );
        return vanished === 0 ? [] : [vanishedNote(vanished, table, read.index.name)];
      }
      default:
        return read satisfies never;
    }
  }

  #reader(table: string, description: TableDescription): DynamoDbReader {
    const { connection, retry = patientRetries, timeoutMilliseconds } = this.#options;
    const client = (this.#client ??= openDynamoDbClient(connection, timeoutMilliseconds));
    const base = { client, table, io: this.#io, retry };
    if (this.#budget === undefined) return new DynamoDbReader(base);
    // Together, the pages that are read at a time take no more than a second's units.
    const unitsPerPage = this.#budget.unitsPerSecond / this.#segments;
    const page = new PageSize(unitsPerPage, averageUnits(description));
    return new DynamoDbReader({ ...base, limit: { budget: this.#budget, page } });
  }

  #dynamodbTableOf(table: DynamoDbSourceTable): string {
    return this.#options.connection.table ?? table.dynamodbTable;
  }
}

function vanishedNote(vanished: number, table: string, index: string): string {
  return `${counted(vanished, "item")} that the index ${index} names ${vanished === 1 ? "was" : "were"} deleted from ${table} before being read.`;
}

/** The partition key's attribute and then, where there is one, the sort key's. */
function keyAttributes(description: TableDescription): readonly string[] {
  return (description.KeySchema ?? [])
    .toSorted((one) => (one.KeyType === "HASH" ? -1 : 1))
    .flatMap(({ AttributeName: name }) => name ?? []);
}

function assertReadable(
  read: ItemRead,
  description: TableDescription | undefined,
): asserts description is TableDescription {
  const [first] = read.requests;
  if (first === undefined) return;
  if (description === undefined) {
    throw contractFailure(first.table, {
      message: `there is no DynamoDB table ${read.dynamodbTable}.`,
      hint: "Start the shop's API once, which creates it, or correct `dynamodb_table` or MERCADO_DYNAMODB_TABLE.",
    });
  }
  assertSortKey(read, keyAttributes(description)[1]);
  if (read.kind === "scan") return;
  const index = indexOf(read.index.name, description);
  const keys = index?.KeySchema?.map(({ AttributeName: name }) => name) ?? [];
  const { partitionKey, sortKey } = read.index;
  if (keys.includes(partitionKey) && keys.includes(sortKey)) return;
  const known = description.GlobalSecondaryIndexes?.flatMap(({ IndexName: name }) => name ?? []);
  throw contractFailure(first.table, {
    message: `the DynamoDB table ${read.dynamodbTable} has no index ${read.index.name} by ${partitionKey} and ${sortKey}.`,
    cause:
      index === undefined
        ? `Its indexes are ${known?.join(", ") ?? "none"}.`
        : `The index is by ${keys.join(" and ")}.`,
    hint: "Correct `date_index`, or leave it out to scan the table.",
  });
}

function assertSortKey(read: ItemRead, sortKey: string | undefined): void {
  const misnamed = read.requests.find(
    ({ table }) => table.sortKey !== undefined && table.sortKey !== sortKey,
  )?.table;
  if (misnamed === undefined) return;
  throw contractFailure(misnamed, {
    message: `the sort key of the DynamoDB table ${read.dynamodbTable} is ${sortKey ?? "none"}, not ${misnamed.sortKey ?? ""}.`,
    hint: "Correct the source's `sort_key`, or leave it out.",
  });
}

function indexOf(name: string, description: TableDescription) {
  return description.GlobalSecondaryIndexes?.find(({ IndexName: each }) => each === name);
}

const bytesOfUnit = 4_096;

/** Read capacity units of an average item, strongly consistent; DynamoDB counts sizes every six hours or so. */
function averageUnits({ TableSizeBytes: bytes = 0, ItemCount: items = 0 }: TableDescription) {
  return items === 0 || bytes === 0 ? undefined : bytes / items / bytesOfUnit;
}

function dynamoDbTable(table: SourceTable): DynamoDbSourceTable {
  if (table.connector === "dynamodb") return table;
  throw contractFailure(table, {
    message: `the connection ${table.connection} is to DynamoDB itself, and this is a table of connector ${table.connector}.`,
    hint: "Correct the source's `connection`, or its `connector`: a source of connector dynamodb is read from exports where its connection is to exports.",
  });
}
