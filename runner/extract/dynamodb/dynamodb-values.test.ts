import { BatchWriteItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { attributes, withSortedSets } from "../testing/arbitrary-item.ts";
import { line, shopTables, transaction, useDynamoDb } from "../testing/dynamodb-source.ts";
import { columns, dynamoDbTable, filesIn } from "../testing/fixtures.ts";
import { readItem } from "./read-item.ts";

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

describe("an item's values", () => {
  const anything = (dynamodbTable: string) =>
    dynamoDbTable({
      table: "thing",
      dynamodbTable,
      sortKeyPrefix: "",
      key: ["pk"],
      columns: columns("pk: text not null", "value: text"),
    });

  test("of every kind and depth are in the original item exactly as they were put", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attributes, { minLength: 1, maxLength: 20 }), async (things) => {
        const name = await source.createTable();
        const items = things.map((thing, id) => ({
          ...thing,
          pk: { S: String(id) },
          sk: { S: "THING" },
        }));
        for (const item of items) await source.put(name, item);
        const { rows } = await source.extract([anything(name)]);
        expect(rows[0]).toHaveLength(items.length);
        for (const row of rows[0]!) {
          const item = readItem(JSON.parse(row["_item"]!) as unknown);
          const put = items[Number(row["pk"])]!;
          expect(withSortedSets({ M: { ...item } })).toEqual(withSortedSets({ M: put }));
        }
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  test.each([
    { what: "38 digits", value: { N: "-99999999999999999999999999999999999999" } },
    {
      what: "the largest number",
      value: { N: "9.9999999999999999999999999999999999999E+125" },
      text: `${"9".repeat(38)}${"0".repeat(88)}`,
    },
    { what: "the smallest number", value: { N: "1E-130" }, text: `0.${"0".repeat(129)}1` },
    { what: "a negative zero, which DynamoDB does not know", value: { N: "-0" }, text: "0" },
    { what: "a set of numbers", value: { NS: ["3", "1E+2", "-0.5"] }, text: "[-0.5,100,3]" },
    {
      what: "a set of binaries",
      value: { BS: [Buffer.from("b"), Buffer.from("a")] },
      text: '["YQ==","Yg=="]',
    },
    { what: "a list of nothing", value: { L: [] }, text: "[]" },
    { what: "a map of nothing", value: { M: {} }, text: "{}" },
    { what: "null in a list", value: { L: [{ NULL: true }] }, text: "[null]" },
  ])("are exact: $what", async ({ value, text = Object.values(value)[0] as string }) => {
    const name = await source.createTable();
    await source.put(name, { pk: { S: "1" }, sk: { S: "x" }, value: value });
    const { rows } = await source.extract([anything(name)]);
    expect(rows[0]![0]!["value"]).toBe(text);
  });

  test("are found by paths, in the item and in lists, and lists within lists are tables of their own", async () => {
    const name = await source.createTable();
    const discount = (code: string): AttributeValue => ({ M: { code: { S: code } } });
    const cartLine = (sku: string, ...codes: string[]): AttributeValue => ({
      M: { sku: { S: sku }, price: { M: { discounts: { L: codes.map(discount) } } } },
    });
    await source.put(name, {
      pk: { S: "o1" },
      sk: { S: "ORDER" },
      "dotted.name": { S: "as it stands" },
      address: { M: { city: { S: "Oslo" }, phones: { L: [{ M: { number: { S: "123" } } }] } } },
      order: { M: { lines: { L: [cartLine("a", "X", "Y"), cartLine("b"), cartLine("c", "Z")] } } },
      tags: { SS: ["new", "gift"] },
      scores: { L: [{ N: "1.50" }, { NULL: true }] },
    });
    await source.put(name, { pk: { S: "o2" }, sk: { S: "ORDER" }, address: { NULL: true } });
    const table = (explode: string | undefined, ...declared: string[]) =>
      dynamoDbTable({
        table: (explode ?? "orders").replace(/\W+/g, "_"),
        dynamodbTable: name,
        sortKeyPrefix: "ORDER",
        key: ["id"],
        columns: columns("id: text from item.pk", ...declared),
        ...(explode === undefined ? {} : { explode }),
      });
    const orders = {
      ...table(undefined),
      columns: columns(
        "id: text from pk",
        "dotted: text from dotted.name",
        "city: text from address.city",
        "phone: text from address.phones[0].number",
        "second_phone: text from address.phones[1].number",
        "constructor: text",
      ),
    };
    const { rows } = await source.extract([
      orders,
      table(
        "order.lines",
        "n: integer from position",
        "sku: text",
        "city: text from item.address.city",
      ),
      table(
        "order.lines[].price.discounts",
        "line: integer from parent.position",
        "n: integer from position",
        "sku: text from parent.sku",
        "code: text",
      ),
      table("tags", "n: integer from position", "tag: text from element"),
      table("scores", "n: integer from position", "score: numeric(3,2) from element"),
    ]);
    const told = rows.map((each) =>
      each.map((row) =>
        Object.fromEntries(Object.entries(row).filter(([column]) => !column.startsWith("_"))),
      ),
    );
    expect(told[0]!.toSorted((one) => (one["id"] === "o1" ? -1 : 1))).toEqual([
      {
        id: "o1",
        dotted: "as it stands",
        city: "Oslo",
        phone: "123",
        second_phone: null,
        constructor: null,
      },
      { id: "o2", dotted: null, city: null, phone: null, second_phone: null, constructor: null },
    ]);
    expect(told[1]).toEqual([
      { id: "o1", n: "1", sku: "a", city: "Oslo" },
      { id: "o1", n: "2", sku: "b", city: "Oslo" },
      { id: "o1", n: "3", sku: "c", city: "Oslo" },
    ]);
    expect(told[2]).toEqual([
      { id: "o1", line: "1", n: "1", sku: "a", code: "X" },
      { id: "o1", line: "1", n: "2", sku: "a", code: "Y" },
      { id: "o1", line: "3", n: "1", sku: "c", code: "Z" },
    ]);
    expect(told[3]!.map(({ tag }) => tag).toSorted()).toEqual(["gift", "new"]);
    expect(told[4]).toEqual([
      { id: "o1", n: "1", score: "1.50" },
      { id: "o1", n: "2", score: null },
    ]);
  });

  test("that a path cannot pass are refused by name", async () => {
    const name = await source.createTable();
    await source.put(name, { pk: { S: "1" }, sk: { S: "x" }, value: { S: "Oslo" } });
    const failure = await source.refusalOf([
      { ...anything(name), columns: columns("pk: text", "city: text from value.city") },
    ]);
    expect(failure.diagnostics[0]!.message).toContain(
      "value is of DynamoDB's type S, not a map (item",
    );
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
