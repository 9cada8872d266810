import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  openDynamoDbClient,
  type DynamoDbConnection,
} from "../../runner/extract/dynamodb/dynamodb-connection.ts";
import { printTable } from "../../runner/record/print-table.ts";
import { bytesOfItem, createBenchTable, fill } from "./dynamodb-items.ts";
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

const wayNames: Readonly<Record<Way, string>> = {
  "scan alone": "a bare parallel scan",
  "full extract": "Mercado: full extract",
  "incremental extract": "Mercado: one day of a hundred, by the date index",
};

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
      name: wayNames[way],
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

export function printDynamoDbRows(rows: readonly DynamoDbBenchRow[]): string {
  const most = Math.max(...rows.map(({ items }) => items));
  const table = rows.map((row) => ({
    [`${most} items of DynamoDB`]: row.name,
    items: row.items.toLocaleString("en"),
    seconds: row.seconds.toFixed(2),
    "items/s": Math.round(row.itemsPerSecond).toLocaleString("en"),
    "MB/s": row.megabytesPerSecond.toFixed(1),
    "peak MB": row.peakMegabytes.toFixed(0),
  }));
  const columns = Object.keys(table[0] ?? {}).map((name, index) => ({
    name,
    type: index === 0 ? "VARCHAR" : "DOUBLE",
  }));
  return printTable({ columns, rows: table });
}
