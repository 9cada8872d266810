import type { DynamoDBClient, TableDescription } from "@aws-sdk/client-dynamodb";
import type { Failure } from "../../core/diagnostic.ts";
import type { DynamoDbSourceTable, SourceTable } from "../../core/node.ts";
import type {
  ExtractedTable,
  Extractor,
  ExtractRequest,
  KillPoint,
  Lake,
} from "../../core/ports.ts";
import { asExtractFailure, contractFailure, joinFailures } from "../extract-failure.ts";
import { PartCommit, type ExtractRun } from "../part-commit.ts";
import {
  describeTable,
  openDynamoDbClient,
  type DynamoDbConnection,
} from "./dynamodb-connection.ts";
import type { Item } from "./dynamodb-text.ts";
import { readDateIndex, scanTable } from "./item-reader.ts";
import { planReads, type ItemRead } from "./read-plan.ts";
import { TableSink } from "./table-sink.ts";

export interface DynamoDbExtractorOptions {
  readonly connection: DynamoDbConnection;
  readonly lake: Lake;
  readonly killPoint?: KillPoint;
  /** Segments of a scan that are read at a time. Default 4. */
  readonly segments?: number;
  /** What is today, for the date index. Default the machine's clock. */
  readonly now?: () => Date;
}

/** Connects at the first call, not here. */
export function openDynamoDbExtractor(options: DynamoDbExtractorOptions): Extractor {
  return new DynamoDbExtractor(options);
}

class DynamoDbExtractor implements Extractor {
  readonly #options: DynamoDbExtractorOptions;
  #client: DynamoDBClient | undefined;

  constructor(options: DynamoDbExtractorOptions) {
    this.#options = options;
  }

  /** Of the table that the connection names; undefined when it names none. */
  async identity(): Promise<string | undefined> {
    const { connection } = this.#options;
    if (connection.table === undefined) return undefined;
    const description = await describeTable(connection, connection.table);
    if (description?.TableId !== undefined) return description.TableId;
    if (description?.TableArn === undefined) return undefined;
    return `${description.TableArn}@${description.CreationDateTime?.toISOString() ?? ""}`;
  }

  async liveColumns(table: SourceTable): Promise<"untyped" | undefined> {
    const name = this.#dynamodbTableOf(dynamoDbTable(table));
    return (await describeTable(this.#options.connection, name)) === undefined
      ? undefined
      : "untyped";
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
          failures.push(...read.requests.map(({ table }) => asExtractFailure(table, error)));
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
    const description = await describeTable(this.#options.connection, read.dynamodbTable);
    assertReadable(read, description);
    const sinks: TableSink[] = [];
    try {
      for (const request of read.requests) sinks.push(await TableSink.open(request, commit));
      await this.#readItems(read, description, sinks);
      const results: ExtractedTable[] = [];
      for (const sink of sinks) {
        const result = await sink.finish();
        if (result !== undefined) results.push(result);
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
  ): Promise<void> {
    const client = (this.#client ??= openDynamoDbClient(this.#options.connection));
    const table = read.dynamodbTable;
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
        return scanTable(client, { table, segments: this.#options.segments ?? 4 }, visit);
      case "index":
        return readDateIndex(
          client,
          {
            table,
            keyAttributes: keyAttributes(description),
            index: read.index,
            since: read.since,
            now: this.#options.now?.() ?? new Date(),
          },
          visit,
        );
    }
  }

  #dynamodbTableOf(table: DynamoDbSourceTable): string {
    return this.#options.connection.table ?? table.dynamodbTable;
  }
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
  if (read.kind === "scan") return;
  const index = description.GlobalSecondaryIndexes?.find(
    ({ IndexName: name }) => name === read.index.name,
  );
  if (index?.Projection?.ProjectionType === "ALL") return;
  throw contractFailure(first.table, {
    message: `the DynamoDB table ${read.dynamodbTable} has no index ${read.index.name} that holds whole items.`,
    cause:
      index === undefined ? "There is no index of that name." : "It projects some attributes only.",
    hint: "Create the index with projection ALL, or leave out `date_index` to scan the table.",
  });
}

function dynamoDbTable(table: SourceTable): DynamoDbSourceTable {
  if (table.connector === "dynamodb") return table;
  throw new Error(`${table.source}.${table.table} is no DynamoDB table`);
}
