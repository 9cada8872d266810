import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { openTestServices } from "../../../local/testing.ts";
import type { DynamoDbSourceTable } from "../../core/source-table.ts";
import { openDynamoDbExtractor } from "../dynamodb/dynamodb-extractor.ts";
import {
  columns,
  dynamoDbTable,
  failureOf,
  filesIn,
  newLake,
  readRows,
  removeLakes,
  run,
} from "./fixtures.ts";

export function line(itemId: number, qty: string, price: string): AttributeValue {
  return { M: { item_id: { S: String(itemId) }, qty: { N: qty }, unit_price: { N: price } } };
}

export function transaction(id: string, createdAt: string, lines: AttributeValue[]) {
  return {
    pk: { S: id },
    sk: { S: `USER7#${createdAt}` },
    user_id: { S: "7" },
    created_at: { S: createdAt },
    total_price: { N: "12.50" },
    cart: { L: lines },
    gsi2pk: { S: `TXN#${createdAt.slice(0, 10)}#${id.length % 4}` },
    gsi2sk: { S: `${createdAt}#${id}` },
  };
}

const dateIndex = {
  name: "GSI2",
  partitionKey: "gsi2pk",
  sortKey: "gsi2sk",
  prefix: "TXN#",
  shards: 4,
};

/** The shop's tables of checkouts and their lines. */
export function shopTables(dynamodbTable: string) {
  const transactions = dynamoDbTable({
    table: "transaction",
    dynamodbTable,
    sortKeyPrefix: "USER",
    key: ["transaction_id"],
    cursor: "created_at",
    dateIndex,
    columns: columns(
      "transaction_id: varchar(36) from pk not null",
      "customer_id: integer from user_id not null",
      "created_at: timestamptz not null",
      "total_price: numeric(18,2)",
    ),
  });
  const lines = dynamoDbTable({
    table: "transaction_line",
    dynamodbTable,
    sortKeyPrefix: "USER",
    explode: "cart",
    key: ["transaction_id", "line_number"],
    cursor: "created_at",
    dateIndex,
    columns: columns(
      "transaction_id: varchar(36) from item.pk not null",
      "line_number: integer from position not null",
      "created_at: timestamptz from item.created_at not null",
      "item_id: integer",
      "qty: integer",
      "unit_price: numeric(10,2)",
    ),
  });
  return { transactions, lines };
}

/** A DynamoDB of its own for a test file: call it once, at the top. */
export function useDynamoDb() {
  let services: Awaited<ReturnType<typeof openTestServices>>;
  let client: DynamoDBClient;
  beforeAll(async () => {
    services = await openTestServices();
    const { endpoint, region, accessKeyId = "", secretAccessKey = "" } = services.dynamodb;
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
    client = new DynamoDBClient({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
    });
  });
  afterAll(async () => {
    client.destroy();
    await services.close();
    removeLakes();
  });

  let tableCount = 0;
  const now = () => new Date("2026-01-03T12:00:00Z");

  /** A table of the shop's form. */
  async function createTable(
    projection: "ALL" | "KEYS_ONLY" = "ALL",
    wantedName?: string,
  ): Promise<string> {
    tableCount += 1;
    const name = wantedName ?? `shop_${tableCount}`;
    const keys = (hash: string, range: string) => [
      { AttributeName: hash, KeyType: "HASH" as const },
      { AttributeName: range, KeyType: "RANGE" as const },
    ];
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: ["pk", "sk", "gsi2pk", "gsi2sk"].map((attribute) => ({
          AttributeName: attribute,
          AttributeType: "S",
        })),
        KeySchema: keys("pk", "sk"),
        GlobalSecondaryIndexes: [
          {
            IndexName: "GSI2",
            KeySchema: keys("gsi2pk", "gsi2sk"),
            Projection: { ProjectionType: projection },
          },
        ],
      }),
    );
    return name;
  }

  async function put(table: string, item: Record<string, AttributeValue>): Promise<void> {
    await client.send(new PutItemCommand({ TableName: table, Item: item }));
  }

  async function remove(table: string, item: Record<string, AttributeValue>): Promise<void> {
    const { pk = { S: "" }, sk = { S: "" } } = item;
    await client.send(new DeleteItemCommand({ TableName: table, Key: { pk, sk } }));
  }

  async function extract(
    tables: readonly DynamoDbSourceTable[],
    { since, table: name }: { readonly since?: string; readonly table?: string } = {},
  ) {
    const { lake, root } = newLake();
    const connection = {
      ...services.dynamodb,
      segments: 3,
      ...(name === undefined ? {} : { table: name }),
    };
    const extractor = openDynamoDbExtractor({ connection, lake, now });
    try {
      const extracted = await extractor.extract(
        tables.map((table) => ({ table, since })),
        run,
      );
      const rows = await Promise.all(extracted.map(({ files }) => readRows(lake, files)));
      return { root, extracted, rows };
    } finally {
      await extractor.close();
    }
  }

  async function refusalOf(tables: readonly DynamoDbSourceTable[], since?: string) {
    const { lake, root } = newLake();
    const extractor = openDynamoDbExtractor({ connection: services.dynamodb, lake });
    const failure = await failureOf(
      extractor.extract(
        tables.map((table) => ({ table, since })),
        run,
      ),
    );
    await extractor.close();
    expect(await filesIn(root)).toEqual([]);
    return failure;
  }

  return {
    client: () => client,
    connection: () => services.dynamodb,
    createTable,
    put,
    remove,
    extract,
    refusalOf,
  };
}
