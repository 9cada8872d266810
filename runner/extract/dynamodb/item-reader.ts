import type { DynamoDbSourceTable } from "../../core/source-table.ts";
import { concurrently } from "../../core/concurrently.ts";
import { keysOfBatch, type DynamoDbReader, type Page } from "./dynamodb-reader.ts";
import { itemJson, type Item } from "./dynamodb-text.ts";
import { KeySet } from "./key-set.ts";

export type DateIndex = NonNullable<DynamoDbSourceTable["dateIndex"]>;

/** Called with each page's items; the next page is asked for when it returns. */
export type Visit = (items: readonly Item[]) => Promise<void>;

async function everyPage(
  read: (start: Item | undefined) => Promise<Page>,
  visit: Visit,
): Promise<void> {
  let start: Item | undefined;
  do {
    const page = await read(start);
    if (page.items.length > 0) await visit(page.items);
    start = page.next;
  } while (start !== undefined);
}

/** Reads all items, in `segments` at a time, as they were committed when each page was read. */
export async function scanTable(
  reader: DynamoDbReader,
  segments: number,
  visit: Visit,
): Promise<void> {
  const numbers = Array.from({ length: segments }, (_, segment) => segment);
  await concurrently(numbers, segments, (segment) =>
    everyPage((start) => reader.scan({ segment, segments, start }), visit),
  );
}

export interface IndexRange {
  readonly keyAttributes: readonly string[];
  readonly index: DateIndex;
  /** Whether the index holds whole items; if not, they are fetched from the table by their keys. */
  readonly holdsItems: boolean;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly now: Date;
  /** Partitions of the index that are read at a time. */
  readonly concurrency: number;
}

/**
 * Reads from the date index what is not older than `since`, and perhaps up to a second more. Returns how many items
 * the index named that were gone from the table.
 */
export async function readDateIndex(
  reader: DynamoDbReader,
  range: IndexRange,
  visit: Visit,
): Promise<{ readonly vanished: number }> {
  const { index, holdsItems } = range;
  // An item that changes its place in the index while it is read is met twice. What is the same is taken once; what
  // differs are two versions, and either may be the one that was met first.
  const listed = new KeySet();
  const fetched = new KeySet();
  let vanished = 0;
  const fetch: Visit = async (items) => {
    for (let start = 0; start < items.length; start += keysOfBatch) {
      const keys = items
        .slice(start, start + keysOfBatch)
        .map((item) => pick(item, range.keyAttributes));
      const found = await reader.getItems(keys);
      vanished += keys.length - found.length;
      await visit(found.filter((item) => fetched.add(itemJson(item))));
    }
  };
  await concurrently(partitionsSince(range), range.concurrency, (partition) =>
    everyPage(
      // Whole seconds: with or without a fraction, every text of that second sorts behind it.
      (start) =>
        reader.query({ index, partition, since: range.since.slice(0, wholeSeconds), start }),
      (items) => (holdsItems ? visit : fetch)(items.filter((item) => listed.add(itemJson(item)))),
    ),
  );
  return { vanished };
}

const wholeSeconds = "2026-01-01T00:00:00".length;

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(
    names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])),
  );
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
