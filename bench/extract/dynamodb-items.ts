import {
  BatchWriteItemCommand,
  CreateTableCommand,
  type AttributeValue,
  type DynamoDBClient,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { setTimeout as pause } from "node:timers/promises";

export const benchTable = "bench_transactions";
const days = 100;
const shards = 4;

/** Which of the hundred days an item was written on: one day's items are one in a hundred. */
function dayOf(number: number): string {
  return new Date(Date.UTC(2026, 0, 1 + (number % days))).toISOString().slice(0, 10);
}

export const lastDay = dayOf(days - 1);

/** A checkout as the shop writes them, with three lines. */
function item(number: number): Record<string, AttributeValue> {
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const createdAt = `${dayOf(number)}T12:00:00.000Z`;
  const line = (position: number): AttributeValue => ({
    M: {
      item_id: { S: String((number * 7 + position) % 100_000) },
      vendor_id: { S: String(number % 500) },
      item_name: { S: `An item that is called ${(number * 7 + position) % 100_000}` },
      qty: { N: String(1 + (number % 5)) },
      unit_price: { N: `${number % 1000}.99` },
    },
  });
  return {
    pk: { S: id },
    sk: { S: `USER#${number % 10_000}#${createdAt}` },
    user_id: { S: String(number % 10_000) },
    created_at: { S: createdAt },
    total_price: { N: `${number % 5000}.50` },
    cart: { L: [line(0), line(1), line(2)] },
    gsi2pk: { S: `TXN#${dayOf(number)}#${number % shards}` },
    gsi2sk: { S: `${createdAt}#${id}` },
  };
}

/** What an item of the bench takes in the server's JSON; they differ by a few digits. */
export const bytesOfItem = Buffer.byteLength(JSON.stringify(item(123_456)));

export async function createBenchTable(client: DynamoDBClient): Promise<void> {
  const attributes = ["pk", "sk", "gsi2pk", "gsi2sk"];
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: "HASH" as const },
    { AttributeName: range, KeyType: "RANGE" as const },
  ];
  await client.send(
    new CreateTableCommand({
      TableName: benchTable,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: attributes.map((name) => ({
        AttributeName: name,
        AttributeType: "S",
      })),
      KeySchema: keys("pk", "sk"),
      GlobalSecondaryIndexes: [
        {
          IndexName: "GSI2",
          KeySchema: keys("gsi2pk", "gsi2sk"),
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
}

const itemsOfBatch = 25;
const writers = 8;

/** Writes items until the time is up or there are `mostItems`; returns how many were written. */
export async function fill(
  client: DynamoDBClient,
  { seconds, mostItems }: { readonly seconds: number; readonly mostItems: number },
): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < mostItems && performance.now() < end) {
      const first = next;
      next = Math.min(mostItems, first + itemsOfBatch);
      const batch = Array.from({ length: next - first }, (_, index) => ({
        PutRequest: { Item: item(first + index) },
      }));
      await writeAll(client, batch);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return next;
}

async function writeAll(client: DynamoDBClient, batch: WriteRequest[]): Promise<void> {
  let left = batch;
  for (let round = 0; left.length > 0; round += 1) {
    const { UnprocessedItems: unprocessed } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [benchTable]: left } }),
    );
    left = unprocessed?.[benchTable] ?? [];
    if (left.length > 0) await pause(Math.random() * Math.min(2_000, 50 * 2 ** round));
  }
}
