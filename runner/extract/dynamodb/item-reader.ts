import { QueryCommand, ScanCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDbSourceTable } from "../../core/node.ts";
import { concurrently } from "../../core/concurrently.ts";
import { itemJson, type Item } from "./dynamodb-text.ts";

export type DateIndex = NonNullable<DynamoDbSourceTable["dateIndex"]>;

/** Called with each page's items; the next page is asked for when it returns. */
export type Visit = (items: readonly Item[]) => Promise<void>;

interface Page {
  readonly Items?: Item[] | undefined;
  readonly LastEvaluatedKey?: Item | undefined;
}

async function everyPage(
  read: (start: Item | undefined) => Promise<Page>,
  visit: Visit,
): Promise<void> {
  let start: Item | undefined;
  do {
    const page = await read(start);
    if (page.Items !== undefined && page.Items.length > 0) await visit(page.Items);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** Reads all items, in `segments` at a time, as they were committed when each page was read. */
export async function scanTable(
  client: DynamoDBClient,
  options: { readonly table: string; readonly segments: number },
  visit: Visit,
): Promise<void> {
  const segments = Array.from({ length: options.segments }, (_, segment) => segment);
  await concurrently(segments, options.segments, (segment) =>
    everyPage(
      (start) =>
        client.send(
          new ScanCommand({
            TableName: options.table,
            ConsistentRead: true,
            Segment: segment,
            TotalSegments: options.segments,
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        ),
      visit,
    ),
  );
}

export interface IndexRange {
  readonly table: string;
  readonly keyAttributes: readonly string[];
  readonly index: DateIndex;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly now: Date;
}

const concurrentQueries = 8;

/** Reads from the date index what is not older than `since`, and perhaps up to a second more; each item once. */
export async function readDateIndex(
  client: DynamoDBClient,
  range: IndexRange,
  visit: Visit,
): Promise<void> {
  const { index } = range;
  const seen = new Set<string>();
  await concurrently(partitionsSince(range), concurrentQueries, (partition) =>
    everyPage(
      (start) =>
        client.send(
          new QueryCommand({
            TableName: range.table,
            IndexName: index.name,
            KeyConditionExpression: "#partition = :partition and #sort >= :since",
            ExpressionAttributeNames: { "#partition": index.partitionKey, "#sort": index.sortKey },
            ExpressionAttributeValues: {
              ":partition": { S: partition },
              // Whole seconds: with or without a fraction, every text of that second sorts behind it.
              ":since": { S: range.since.slice(0, "2026-01-01T00:00:00".length) },
            },
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        ),
      // An item that changes its place in the index while it is read can be met twice.
      (items) => visit(items.filter((item) => isFirst(item, range.keyAttributes, seen))),
    ),
  );
}

function isFirst(item: Item, keyAttributes: readonly string[], seen: Set<string>): boolean {
  const key = itemJson(
    Object.fromEntries(
      keyAttributes.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])),
    ),
  );
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

const dayMilliseconds = 86_400_000;

/** Every shard of every day from `since` until tomorrow: a writer's clock may run ahead of ours. */
export function* partitionsSince(
  range: Pick<IndexRange, "index" | "since" | "now">,
): Iterable<string> {
  const first = Date.parse(`${range.since.slice(0, 10)}T00:00:00Z`);
  for (let day = first; day <= range.now.getTime() + dayMilliseconds; day += dayMilliseconds) {
    const date = new Date(day).toISOString().slice(0, 10);
    for (let shard = 0; shard < range.index.shards; shard += 1) {
      yield `${range.index.prefix}${date}#${shard}`;
    }
  }
}
