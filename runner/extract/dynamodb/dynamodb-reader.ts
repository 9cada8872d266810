import {
  BatchGetItemCommand,
  QueryCommand,
  ScanCommand,
  type ConsumedCapacity,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import type { Io } from "../../core/io.ts";
import type { CapacityBudget, PageSize } from "./capacity-budget.ts";
import type { Item } from "./dynamodb-text.ts";
import { ReadGivenUp, retried, type RetryPolicy } from "./read-retry.ts";

export interface Page {
  readonly items: readonly Item[];
  /** Where the next page begins; undefined behind the last one. */
  readonly next: Item | undefined;
}

export interface SegmentPage {
  readonly segment: number;
  readonly segments: number;
  readonly start: Item | undefined;
}

export interface IndexPage {
  readonly index: {
    readonly name: string;
    readonly partitionKey: string;
    readonly sortKey: string;
  };
  readonly partition: string;
  /** The lowest sort key. */
  readonly since: string;
  readonly start: Item | undefined;
}

export interface ReaderOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly io: Io;
  readonly retry: RetryPolicy;
  /** Absent: as fast as DynamoDB answers. */
  readonly limit?: { readonly budget: CapacityBudget; readonly page: PageSize };
}

/** The keys that a BatchGetItem takes at most. */
export const keysOfBatch = 100;

/** Reads pages of one table, inside the connection's capacity, and again where that may help. */
export class DynamoDbReader {
  readonly table: string;
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.table = options.table;
    this.#options = options;
  }

  /** Items as they were committed when the page was read. */
  scan({ segment, segments, start }: SegmentPage): Promise<Page> {
    return this.#page("scan", (limit) =>
      this.#options.client.send(
        new ScanCommand({
          TableName: this.table,
          ConsistentRead: true,
          Segment: segment,
          TotalSegments: segments,
          ...limit,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      ),
    );
  }

  query({ index, partition, since, start }: IndexPage): Promise<Page> {
    return this.#page("query", (limit) =>
      this.#options.client.send(
        new QueryCommand({
          TableName: this.table,
          IndexName: index.name,
          KeyConditionExpression: "#partition = :partition and #sort >= :since",
          ExpressionAttributeNames: { "#partition": index.partitionKey, "#sort": index.sortKey },
          ExpressionAttributeValues: { ":partition": { S: partition }, ":since": { S: since } },
          ...limit,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      ),
    );
  }

  /**
   * The whole items of these keys, at most `keysOfBatch`, as they are committed now; those that are gone are left out.
   * What DynamoDB leaves unprocessed is asked for again until nothing is.
   */
  async getItems(keys: readonly Item[]): Promise<readonly Item[]> {
    const found: Item[] = [];
    let wanted = keys;
    while (wanted.length > 0) wanted = await this.#getSome(wanted, found);
    return found;
  }

  /** Adds what was found and returns the keys that were left unprocessed. */
  async #getSome(keys: readonly Item[], found: Item[]): Promise<readonly Item[]> {
    const { client } = this.#options;
    const answer = await this.#limited("batch get", keys.length, async () => {
      const response = await client.send(
        new BatchGetItemCommand({
          RequestItems: {
            [this.table]: { Keys: keys.map((key) => ({ ...key })), ConsistentRead: true },
          },
          ...this.#countsCapacity(),
        }),
      );
      const items = response.Responses?.[this.table] ?? [];
      const unprocessed = response.UnprocessedKeys?.[this.table]?.Keys ?? [];
      // An answer that does nothing is how a batch is throttled.
      if (items.length === 0 && unprocessed.length >= keys.length) throw new NothingProcessed();
      return { items, unprocessed, capacity: response.ConsumedCapacity };
    });
    found.push(...answer.items);
    return answer.unprocessed;
  }

  async #page(
    action: "scan" | "query",
    read: (limit: {
      readonly Limit?: number;
      readonly ReturnConsumedCapacity?: "TOTAL";
    }) => Promise<{
      readonly Items?: Item[] | undefined;
      readonly LastEvaluatedKey?: Item | undefined;
      readonly ConsumedCapacity?: ConsumedCapacity | undefined;
    }>,
  ): Promise<Page> {
    const size = this.#options.limit?.page.items;
    const answer = await this.#limited(action, size ?? 0, async () => {
      const response = await read({
        ...(size === undefined ? {} : { Limit: size }),
        ...this.#countsCapacity(),
      });
      return {
        items: response.Items ?? [],
        next: response.LastEvaluatedKey,
        capacity: response.ConsumedCapacity === undefined ? [] : [response.ConsumedCapacity],
      };
    });
    return { items: answer.items, next: answer.next };
  }

  #countsCapacity(): { readonly ReturnConsumedCapacity?: "TOTAL" } {
    return this.#options.limit === undefined ? {} : { ReturnConsumedCapacity: "TOTAL" };
  }

  /** One read of about so many items; each attempt takes its share of the capacity, for a failed one may have, too. */
  async #limited<
    Answer extends {
      readonly items: readonly Item[];
      readonly capacity?: readonly ConsumedCapacity[] | undefined;
    },
  >(action: string, items: number, perform: () => Promise<Answer>): Promise<Answer> {
    const { io, retry, limit } = this.#options;
    const attempt = () => io.call({ part: "dynamodb", action }, perform);
    try {
      return await retried(async () => {
        if (limit === undefined) return attempt();
        const reserved = limit.page.unitsOf(items);
        await limit.budget.reserve(reserved);
        const answer = await attempt();
        const used = unitsOf(answer.capacity) ?? reserved;
        limit.budget.settle(reserved, used);
        limit.page.measured(answer.items.length, used);
        return answer;
      }, retry);
    } catch (error) {
      if (error instanceof ReadGivenUp) throw new TableReadGivenUp(error, action, this.table);
      throw error;
    }
  }
}

/** As DynamoDB itself would have said it. */
class NothingProcessed extends Error {
  override readonly name = "ProvisionedThroughputExceededException";

  constructor() {
    super("None of the batch's keys were processed.");
  }
}

export class TableReadGivenUp extends Error {
  readonly read: ReadGivenUp;
  readonly action: string;
  readonly table: string;

  constructor(read: ReadGivenUp, action: string, table: string) {
    super(read.message, { cause: read });
    this.read = read;
    this.action = action;
    this.table = table;
  }
}

function unitsOf(capacity: readonly ConsumedCapacity[] | undefined): number | undefined {
  if (capacity === undefined || capacity.length === 0) return undefined;
  return capacity.reduce((sum, { CapacityUnits: units = 0 }) => sum + units, 0);
}
