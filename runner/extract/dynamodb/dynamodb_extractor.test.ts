import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openTestServices } from "../../../local/testing.ts";
import type { DynamoDbSourceTable } from "../../core/node.ts";
import {
  columns,
  dynamoDbTable,
  filesIn,
  newLake,
  readRows,
  run,
} from "../testing/fixtures.ts";
import { openDynamoDbExtractor } from "./dynamodb_extractor.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;
let client: DynamoDBClient;
beforeAll(async () => {
  services = await openTestServices();
  const { endpoint, region, accessKeyId = "", secretAccessKey = "" } = services.dynamodb;
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
});
afterAll(async () => {
  client.destroy();
  await services.close();
});

let tableCount = 0;

/** A table of the shop's form. */
async function createTable(projection: "ALL" | "KEYS_ONLY" = "ALL"): Promise<string> {
  tableCount += 1;
  const name = `shop_${tableCount}`;
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

function line(itemId: number, qty: string, price: string): AttributeValue {
  return { M: { item_id: { S: String(itemId) }, qty: { N: qty }, unit_price: { N: price } } };
}

function transaction(id: string, createdAt: string, lines: AttributeValue[]) {
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

function shopTables(dynamodbTable: string) {
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

async function extract(tables: readonly DynamoDbSourceTable[], since?: string) {
  const { lake, root } = newLake();
  const extractor = openDynamoDbExtractor({ connection: services.dynamodb, lake, segments: 3 });
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

describe("a DynamoDB table", () => {
  test("arrives as items and, exploded, as lines that belong to them", async () => {
    const name = await createTable();
    await put(
      name,
      transaction("t1", "2026-01-01T10:00:00.123Z", [line(1, "2", "5.25"), line(2, "1", "2")]),
    );
    await put(name, transaction("t2", "2026-01-01T11:00:00Z", []));
    await put(name, { pk: { S: "USER#7" }, sk: { S: "CART" }, cart: { L: [line(9, "1", "1")] } });
    const { transactions, lines } = shopTables(name);
    const { rows, extracted, root } = await extract([transactions, lines]);
    expect(
      rows[0]!.toSorted((one, other) =>
        one["transaction_id"]! < other["transaction_id"]! ? -1 : 1,
      ),
    ).toEqual([
      {
        transaction_id: "t1",
        customer_id: "7",
        created_at: "2026-01-01 10:00:00.123+00",
        total_price: "12.50",
        _extracted_at: "2026-01-02 03:04:05.678+00",
        _item: expect.stringContaining(
          '"cart":{"L":[{"M":{"item_id":{"S":"1"},"qty":{"N":"2"},"unit_price":{"N":"5.25"}}}',
        ) as unknown,
      },
      expect.objectContaining({ transaction_id: "t2", total_price: "12.50" }) as unknown,
    ]);
    const technical = { _extracted_at: "2026-01-02 03:04:05.678+00" };
    const common = { transaction_id: "t1", created_at: "2026-01-01 10:00:00.123+00" };
    expect(rows[1]).toEqual([
      { ...common, line_number: "1", item_id: "1", qty: "2", unit_price: "5.25", ...technical },
      { ...common, line_number: "2", item_id: "2", qty: "1", unit_price: "2.00", ...technical },
    ]);
    expect(extracted).toMatchObject([
      {
        highestCursor: "2026-01-01T11:00:00.000000Z",
        totals: { rows: 2, sums: { total_price: "25.00" } },
      },
      { totals: { rows: 2, sums: { qty: "3", unit_price: "7.25" } } },
    ]);
    expect(await filesIn(root)).toEqual(["part-00000.parquet", "part-00000.parquet"]);
  });
});
