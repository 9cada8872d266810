import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  openDynamoDbClient,
  type DynamoDbConnection,
} from "../../runner/extract/dynamodb/dynamodb-connection.ts";
import { createBenchTable, fill } from "./dynamodb-items.ts";
import type { Reading, Way } from "./dynamodb-reading.ts";

export interface DynamoDbBenchOptions {
  /** An empty DynamoDB; the bench makes a table of its own. */
  readonly connection: DynamoDbConnection;
  /** How long it may be filled. Default 60. */
  readonly fillSeconds?: number;
  /** Default as many as the time allows. */
  readonly mostItems?: number;
}

/** One row of the bench's table. */
export interface DynamoDbBenchRow {
  readonly name: string;
  readonly items: number;
  readonly seconds: number;
  readonly itemsPerSecond: number;
  /** Of the items as JSON, as the server sends them. */
  readonly megabytesPerSecond: number;
  readonly peakMegabytes: number;
}

/** About what one item of the bench takes in the server's JSON. */
const bytesOfItem = 925;

const reading = fileURLToPath(new URL("dynamodb-reading.ts", import.meta.url));

/** Fills a table and reads it, each way in a process of its own, so that each one's memory is its own. */
export async function benchDynamoDb(
  options: DynamoDbBenchOptions,
): Promise<readonly DynamoDbBenchRow[]> {
  const { connection, fillSeconds = 60, mostItems = Infinity } = options;
  const client = openDynamoDbClient(connection);
  await createBenchTable(client);
  await fill(client, { seconds: fillSeconds, mostItems });
  client.destroy();
  const rows: DynamoDbBenchRow[] = [];
  const ways: readonly Way[] = ["scan alone", "full extract", "incremental extract"];
  for (const way of ways) {
    const { items, seconds, peakMegabytes } = await read(way, connection);
    rows.push({
      name: `DynamoDB: ${way}`,
      items,
      seconds,
      itemsPerSecond: items / seconds,
      megabytesPerSecond: (items * bytesOfItem) / seconds / 1e6,
      peakMegabytes,
    });
  }
  return rows;
}

async function read(way: Way, connection: DynamoDbConnection): Promise<Reading> {
  const args = ["--import", "tsx", reading, way, JSON.stringify(connection)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Reading;
}
