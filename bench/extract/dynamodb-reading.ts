/** A process of its own that reads the table in one way and reports time, bytes and memory as JSON. */
import { ScanCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseColumnType } from "../../runner/core/column-type.ts";
import type { DynamoDbSourceTable, SourceColumn } from "../../runner/core/source-table.ts";
import {
  openDynamoDbClient,
  type DynamoDbConnection,
} from "../../runner/extract/dynamodb/dynamodb-connection.ts";
import { openDynamoDbExtractor } from "../../runner/extract/dynamodb/dynamodb-extractor.ts";
import { openFolderLake } from "../../runner/lake/folder-lake.ts";
import { benchTable, lastDay } from "./dynamodb-items.ts";

export type Way = "scan alone" | "full extract" | "incremental extract";

export interface Reading {
  readonly items: number;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

const place = { file: "sources/bench.yml", line: 1, column: 1 };

function columns(declared: Readonly<Record<string, readonly [string, string?]>>): SourceColumn[] {
  return Object.entries(declared).map(([name, [typeText, from]]) => {
    const type = parseColumnType(typeText);
    if (type === undefined) throw new Error(`${typeText} is no type`);
    return { name, type, nullable: true, description: "", place, ...(from ? { from } : {}) };
  });
}

const table = {
  kind: "source",
  source: "bench",
  description: "",
  tags: [],
  place,
  connection: "bench",
  connector: "dynamodb",
  dynamodbTable: benchTable,
  sortKeyPrefix: "USER",
  extract: { mode: "incremental", cursor: "created_at", lookbackSeconds: 3600 },
  dateIndex: { name: "GSI2", partitionKey: "gsi2pk", sortKey: "gsi2sk", prefix: "TXN#", shards: 4 },
} as const;

const transactions: DynamoDbSourceTable = {
  ...table,
  table: "transaction",
  relation: "raw.transaction",
  key: ["transaction_id"],
  columns: columns({
    transaction_id: ["varchar(36)", "pk"],
    customer_id: ["integer", "user_id"],
    created_at: ["timestamptz"],
    total_price: ["numeric(18,2)"],
  }),
};

const lines: DynamoDbSourceTable = {
  ...table,
  table: "transaction_line",
  relation: "raw.transaction_line",
  explode: "cart",
  key: ["transaction_id", "line_number"],
  columns: columns({
    transaction_id: ["varchar(36)", "item.pk"],
    line_number: ["integer", "position"],
    created_at: ["timestamptz", "item.created_at"],
    item_id: ["integer"],
    vendor_id: ["integer"],
    item_name: ["varchar"],
    qty: ["integer"],
    unit_price: ["numeric(10,2)"],
  }),
};

async function extract(connection: DynamoDbConnection, since: string | undefined): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), "mercado-bench-"));
  const extractor = openDynamoDbExtractor({
    connection,
    lake: openFolderLake({ root }),
    now: () => new Date(`${lastDay}T23:00:00Z`),
  });
  try {
    const requests = [transactions, lines].map((each) => ({ table: each, since }));
    const run = { runId: "bench", extractedAt: new Date().toISOString() };
    const [items] = await extractor.extract(requests, run);
    return items?.totals.rows ?? 0;
  } finally {
    await extractor.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** What the server and its client can give: as many segments, and nothing is done with the items. */
async function scanAlone(connection: DynamoDbConnection, segments: number): Promise<number> {
  const client = openDynamoDbClient(connection);
  let items = 0;
  const scanSegment = async (segment: number): Promise<void> => {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: benchTable,
          ConsistentRead: true,
          Segment: segment,
          TotalSegments: segments,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      items += page.Items?.length ?? 0;
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  };
  await Promise.all(Array.from({ length: segments }, (_, segment) => scanSegment(segment)));
  client.destroy();
  return items;
}

const [way, text = "{}"] = process.argv.slice(2);
const connection = JSON.parse(text) as DynamoDbConnection;
const began = performance.now();
const items =
  way === "scan alone"
    ? await scanAlone(connection, connection.segments ?? 4)
    : await extract(connection, way === "full extract" ? undefined : `${lastDay}T00:00:00.000Z`);
const reading: Reading = {
  items,
  seconds: (performance.now() - began) / 1000,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(reading));
