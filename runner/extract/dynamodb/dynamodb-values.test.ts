import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "@jest/globals";
import { line, shopTables, transaction, useDynamoDb } from "../testing/dynamodb-source.ts";
import { columns, dynamoDbTable, filesIn } from "../testing/fixtures.ts";

const source = useDynamoDb();

describe("a DynamoDB table", () => {
  test("arrives as items and, exploded, as lines that belong to them", async () => {
    const name = await source.createTable();
    await source.put(
      name,
      transaction("t1", "2026-01-01T10:00:00.123Z", [line(1, "2", "5.25"), line(2, "1", "2")]),
    );
    await source.put(name, transaction("t2", "2026-01-01T11:00:00Z", []));
    await source.put(name, {
      pk: { S: "USER#7" },
      sk: { S: "CART" },
      cart: { L: [line(9, "1", "1")] },
    });
    const { transactions, lines } = shopTables(name);
    const { rows, extracted, root } = await source.extract([transactions, lines]);
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
    const name = await source.createTable();
    const wide = "12345678901234567890123456789012345678";
    await source.put(name, {
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
    const { rows, extracted } = await source.extract([table]);
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
    const name = await source.createTable();
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
        source.put(name, { pk: { S: String(index) }, sk: { S: "s" }, note: { S: note } }),
      ),
    );
    await source.put(name, { pk: { S: "none" }, sk: { S: "s" } });
    const { rows } = await source.extract([table]);
    expect(new Map(rows[0]!.map(({ pk, note }) => [pk, note]))).toEqual(
      new Map<string, string | null>([
        ...texts.map((note, index) => [String(index), note] as const),
        ["none", null],
      ]),
    );
  });

  test("of several pages in parallel segments loses no item and doubles none", async () => {
    const name = await source.createTable();
    const ballast = { S: "x".repeat(20_000) };
    const items = Array.from({ length: 300 }, (_, id) => ({
      PutRequest: {
        Item: { pk: { S: `p${id}` }, sk: { S: "BIG" }, amount: { N: String(id) }, ballast },
      },
    }));
    for (let start = 0; start < items.length; start += 25) {
      await source
        .client()
        .send(
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
    const { rows, extracted } = await source.extract([table]);
    const numbers = rows[0]!
      .map(({ amount }) => Number(amount))
      .toSorted((one, other) => one - other);
    expect(numbers).toEqual(items.map((_, id) => id));
    expect(extracted[0]!.totals).toEqual({ rows: 300, sums: { amount: "44850" } });
  });

  test("is found under the name that the connection gives it", async () => {
    const name = await source.createTable();
    await source.put(name, transaction("t1", "2026-01-01T10:00:00Z", []));
    const { transactions } = shopTables("another_name");
    const { extracted } = await source.extract([transactions], { table: name });
    expect(extracted[0]!.totals.rows).toBe(1);
  });
});

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
    const name = await source.createTable();
    await source.put(name, transaction("t1", "2026-01-01T10:00:00Z", lines));
    const failure = await source.refusalOf([shopTables(name).lines]);
    expect(failure.exitCode).toBe(1);
    expect(failure.diagnostics).toHaveLength(1);
    expect(failure.diagnostics[0]).toMatchObject({ code: "EXTRACT_FAILED" });
    expect(failure.diagnostics[0]!.message).toContain(message);
  });

  test("for a list that is none, or a missing key, is refused by name as well", async () => {
    const name = await source.createTable();
    const item = transaction("t1", "2026-01-01T10:00:00Z", []);
    await source.put(name, {
      pk: item.pk,
      sk: item.sk,
      user_id: item.user_id,
      cart: { S: "no list" },
    });
    const { transactions, lines } = shopTables(name);
    const failure = await source.refusalOf([transactions, lines]);
    expect(failure.diagnostics.map(({ message }) => message)).toEqual([
      'test.transaction: column created_at is null, but is declared "nullable: false" (row transaction_id t1).',
      expect.stringContaining(
        "test.transaction_line: cart is of DynamoDB's type S, not a list",
      ) as unknown,
    ]);
  });
});
