import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
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
  failureOf,
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
const now = () => new Date("2026-01-03T12:00:00Z");

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

async function extract(
  tables: readonly DynamoDbSourceTable[],
  { since, table: name }: { readonly since?: string; readonly table?: string } = {},
) {
  const { lake, root } = newLake();
  const connection = { ...services.dynamodb, ...(name === undefined ? {} : { table: name }) };
  const extractor = openDynamoDbExtractor({ connection, lake, segments: 3, now });
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

  test("keeps every digit of a number, and what a column cannot say in JSON", async () => {
    const name = await createTable();
    const wide = "12345678901234567890123456789012345678";
    await put(name, {
      pk: { S: "a" },
      sk: { S: "THING" },
      whole: { N: wide },
      fraction: { N: "0.1234567890123456789012345678901234567" },
      flag: { BOOL: true },
      nothing: { NULL: true },
      tree: {
        M: {
          b: { L: [{ N: wide }, { S: 'a "quote"\n' }, { BOOL: false }, { NULL: true }] },
          a: { NS: ["3"] },
        },
      },
      labels: { SS: ["x", "y"] },
      bytes: { B: new Uint8Array([0, 255]) },
      empty: { S: "" },
    });
    const table = dynamoDbTable({
      table: "thing",
      dynamodbTable: name,
      sortKeyPrefix: "THING",
      key: ["pk"],
      columns: columns(
        "pk: text not null",
        "whole: numeric(38,0)",
        "fraction: numeric(38,37)",
        "flag: boolean",
        "nothing: text",
        "absent: integer",
        "tree: json",
        "labels: json",
        "bytes: text",
        "empty: text",
      ),
    });
    const { rows, extracted } = await extract([table]);
    const [row] = rows[0]!;
    expect(row).toMatchObject({
      whole: wide,
      fraction: "0.1234567890123456789012345678901234567",
      flag: "true",
      nothing: null,
      absent: null,
      tree: `{"a":[3],"b":[${wide},"a \\"quote\\"\\n",false,null]}`,
      labels: '["x","y"]',
      bytes: "AP8=",
      empty: "",
    });
    expect(row!["_item"]).toContain(`"whole":{"N":"${wide}"}`);
    expect(row!["_item"]).toContain('"bytes":{"B":"AP8="}');
    expect(extracted[0]!.totals.sums["whole"]).toBe(wide);
  });

  test("keeps any text as it is, beside null", async () => {
    const name = await createTable();
    const table = dynamoDbTable({
      table: "note",
      dynamodbTable: name,
      sortKeyPrefix: "",
      key: ["pk"],
      columns: columns("pk: text", "note: text"),
    });
    const texts = ["", '"', '""', "a,b", "a\r\nb", "\\N", "null", "\u0000", "👩‍🚀", " x ", "\u2028"];
    await Promise.all(
      texts.map((note, index) =>
        put(name, { pk: { S: String(index) }, sk: { S: "s" }, note: { S: note } }),
      ),
    );
    await put(name, { pk: { S: "none" }, sk: { S: "s" } });
    const { rows } = await extract([table]);
    expect(new Map(rows[0]!.map(({ pk, note }) => [pk, note]))).toEqual(
      new Map<string, string | null>([
        ...texts.map((note, index) => [String(index), note] as const),
        ["none", null],
      ]),
    );
  });

  test("of several pages in parallel segments loses no item and doubles none", async () => {
    const name = await createTable();
    const ballast = { S: "x".repeat(20_000) };
    const items = Array.from({ length: 300 }, (_, id) => ({
      PutRequest: {
        Item: { pk: { S: `p${id}` }, sk: { S: "BIG" }, amount: { N: String(id) }, ballast },
      },
    }));
    for (let start = 0; start < items.length; start += 25) {
      await client.send(
        new BatchWriteItemCommand({ RequestItems: { [name]: items.slice(start, start + 25) } }),
      );
    }
    const table = dynamoDbTable({
      table: "big",
      dynamodbTable: name,
      sortKeyPrefix: "BIG",
      key: ["pk"],
      columns: columns("pk: text", "amount: bigint"),
    });
    const { rows, extracted } = await extract([table]);
    const numbers = rows[0]!
      .map(({ amount }) => Number(amount))
      .toSorted((one, other) => one - other);
    expect(numbers).toEqual(items.map((_, id) => id));
    expect(extracted[0]!.totals).toEqual({ rows: 300, sums: { amount: "44850" } });
  });

  test("is found under the name that the connection gives it", async () => {
    const name = await createTable();
    await put(name, transaction("t1", "2026-01-01T10:00:00Z", []));
    const { transactions } = shopTables("another_name");
    const { extracted } = await extract([transactions], { table: name });
    expect(extracted[0]!.totals.rows).toBe(1);
  });
});

describe("an increment", () => {
  test("holds what is not older than its beginning, over days and shards, the same for items and lines", async () => {
    const name = await createTable();
    const at = (id: string, createdAt: string) =>
      put(name, transaction(id, createdAt, [line(1, "1", "1")]));
    await at("old", "2026-01-01T09:59:59.999Z");
    await at("edge", "2026-01-01T10:00:00.000Z");
    await at("bare", "2026-01-01T10:00:00Z");
    await at("next_day", "2026-01-02T00:00:00.000Z");
    await at("last_shard", "2026-01-03T23:59:59.999999Z");
    const { transactions, lines } = shopTables(name);
    const { rows, extracted } = await extract([transactions, lines], {
      since: "2026-01-01T10:00:00.000000Z",
    });
    const ids = rows.map((table) => table.map((row) => row["transaction_id"]).toSorted());
    expect(ids[0]).toEqual(["bare", "edge", "last_shard", "next_day"]);
    expect(ids[1]).toEqual(ids[0]);
    expect(extracted.map(({ highestCursor }) => highestCursor)).toEqual([
      "2026-01-03T23:59:59.999999Z",
      "2026-01-03T23:59:59.999999Z",
    ]);
  });

  test("with a lookback finds a checkout that was stamped before and written after the last extraction", async () => {
    const name = await createTable();
    const { transactions } = shopTables(name);
    await put(name, transaction("first", "2026-01-01T10:00:00.000Z", []));
    expect((await extract([transactions])).extracted[0]).toMatchObject({
      highestCursor: "2026-01-01T10:00:00.000000Z",
    });
    await put(name, transaction("late", "2026-01-01T09:30:00.000Z", []));
    const { rows } = await extract([transactions], { since: "2026-01-01T09:00:00.000000Z" });
    expect(rows[0]!.map((row) => row["transaction_id"]).toSorted()).toEqual(["first", "late"]);
  });

  test("agrees with a table of the same items that is read in full", async () => {
    const name = await createTable();
    const { transactions, lines } = shopTables(name);
    // Absent from the index: only a scan can see it.
    const { gsi2pk, gsi2sk, ...hidden } = transaction("hidden", "2026-01-02T10:00:00Z", [
      line(1, "1", "1"),
    ]);
    expect([gsi2pk, gsi2sk]).toHaveLength(2);
    await put(name, hidden);
    await put(name, transaction("old", "2026-01-01T10:00:00Z", [line(1, "1", "1")]));
    const { lake } = newLake();
    const extractor = openDynamoDbExtractor({ connection: services.dynamodb, lake });
    const since = "2026-01-02T00:00:00.000000Z";
    const extracted = await extractor.extract(
      [{ table: transactions, since }, { table: lines }],
      run,
    );
    await extractor.close();
    expect(extracted.map(({ table, totals }) => [table.table, totals.rows])).toEqual([
      ["transaction", 1],
      ["transaction_line", 2],
    ]);
  });

  test("from an index that holds only a part of the items is refused", async () => {
    const { transactions } = shopTables(await createTable("KEYS_ONLY"));
    const failure = await refusalOf([transactions], "2026-01-01T00:00:00Z");
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_CONTRACT" });
    expect(failure.diagnostics[0]!.message).toContain("GSI2");
  });
});

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

describe("an item that does not fit", () => {
  test.each([
    {
      what: "a fraction too long",
      lines: [line(1, "1", "1.005")],
      message:
        'column unit_price holds "1.005", which does not fit decimal(10,2) (row transaction_id t1, line_number 1).',
    },
    {
      what: "a text where a number is declared",
      lines: [line(1, "1", "1"), { M: { item_id: { S: "x" } } }],
      message:
        'column item_id holds "x", which does not fit integer (row transaction_id t1, line_number 2).',
    },
    {
      what: "an element that is no map",
      lines: [{ S: "x" }],
      message: "element 1 of cart is of DynamoDB's type S, not a map",
    },
  ])("for $what is refused by name, and nothing is left behind", async ({ lines, message }) => {
    const name = await createTable();
    await put(name, transaction("t1", "2026-01-01T10:00:00Z", lines));
    const failure = await refusalOf([shopTables(name).lines]);
    expect(failure.exitCode).toBe(1);
    expect(failure.diagnostics).toHaveLength(1);
    expect(failure.diagnostics[0]).toMatchObject({ code: "EXTRACT_FAILED" });
    expect(failure.diagnostics[0]!.message).toContain(message);
  });

  test("for a list that is none, or a missing key, is refused by name as well", async () => {
    const name = await createTable();
    const item = transaction("t1", "2026-01-01T10:00:00Z", []);
    await put(name, { pk: item.pk, sk: item.sk, user_id: item.user_id, cart: { S: "no list" } });
    const { transactions, lines } = shopTables(name);
    const failure = await refusalOf([transactions, lines]);
    expect(failure.diagnostics.map(({ message }) => message)).toEqual([
      'test.transaction: column created_at is null, but is declared "nullable: false" (row transaction_id t1).',
      expect.stringContaining(
        "test.transaction_line: cart is of DynamoDB's type S, not a list",
      ) as unknown,
    ]);
  });
});

describe("a DynamoDB source", () => {
  test("is another one after its table was deleted and made again", async () => {
    const name = await createTable();
    const extractor = openDynamoDbExtractor({
      connection: { ...services.dynamodb, table: name },
      lake: newLake().lake,
    });
    const first = await extractor.identity();
    expect(first).toBeTruthy();
    expect(await extractor.identity()).toBe(first);
    await client.send(new DeleteTableCommand({ TableName: name }));
    expect(await extractor.identity()).toBeUndefined();
    tableCount -= 1;
    // One of its two forms of identity is a time in seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await createTable()).toBe(name);
    expect(await extractor.identity()).not.toBe(first);
    await extractor.close();
  });

  test("declares no columns, and its absence is told apart", async () => {
    const { transactions } = shopTables(await createTable());
    const extractor = openDynamoDbExtractor({
      connection: services.dynamodb,
      lake: newLake().lake,
    });
    expect(await extractor.liveColumns(transactions)).toBe("untyped");
    const absent = shopTables("absent").transactions;
    expect(await extractor.liveColumns(absent)).toBeUndefined();
    await extractor.close();
    const failure = await refusalOf([absent]);
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_CONTRACT" });
  });

  test("that does not answer is named, with a way out", async () => {
    const connection = { ...services.dynamodb, endpoint: "http://127.0.0.1:1" };
    const extractor = openDynamoDbExtractor({ connection, lake: newLake().lake });
    const failure = await failureOf(extractor.extract([{ table: shopTables("any").lines }], run));
    await extractor.close();
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_UNREACHABLE" });
    expect(failure.diagnostics[0]!.message).toContain("http://127.0.0.1:1");
    expect(failure.diagnostics[0]!.hint).toContain("npm run services");
    expect(failure.diagnostics[0]!.cause).toContain("ECONNREFUSED");
  });
});
