import { DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "@jest/globals";
import { line, shopTables, transaction, useDynamoDb } from "../testing/dynamodb-source.ts";
import { failureOf, newLake, run } from "../testing/fixtures.ts";
import { openDynamoDbExtractor } from "./dynamodb-extractor.ts";

const source = useDynamoDb();

describe("an increment", () => {
  test("holds what is not older than its beginning, over days and shards, the same for items and lines", async () => {
    const name = await source.createTable();
    const at = (id: string, createdAt: string) =>
      source.put(name, transaction(id, createdAt, [line(1, "1", "1")]));
    await at("old", "2026-01-01T09:59:59.999Z");
    await at("edge", "2026-01-01T10:00:00.000Z");
    await at("bare", "2026-01-01T10:00:00Z");
    await at("next_day", "2026-01-02T00:00:00.000Z");
    await at("last_shard", "2026-01-03T23:59:59.999999Z");
    const { transactions, lines } = shopTables(name);
    const { rows, extracted } = await source.extract([transactions, lines], {
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
    const name = await source.createTable();
    const { transactions } = shopTables(name);
    await source.put(name, transaction("first", "2026-01-01T10:00:00.000Z", []));
    expect((await source.extract([transactions])).extracted[0]).toMatchObject({
      highestCursor: "2026-01-01T10:00:00.000000Z",
    });
    await source.put(name, transaction("late", "2026-01-01T09:30:00.000Z", []));
    const { rows } = await source.extract([transactions], { since: "2026-01-01T09:00:00.000000Z" });
    expect(rows[0]!.map((row) => row["transaction_id"]).toSorted()).toEqual(["first", "late"]);
  });

  test("agrees with a table of the same items that is read in full", async () => {
    const name = await source.createTable();
    const { transactions, lines } = shopTables(name);
    // Absent from the index: only a scan can see it.
    const { gsi2pk, gsi2sk, ...hidden } = transaction("hidden", "2026-01-02T10:00:00Z", [
      line(1, "1", "1"),
    ]);
    expect([gsi2pk, gsi2sk]).toHaveLength(2);
    await source.put(name, hidden);
    await source.put(name, transaction("old", "2026-01-01T10:00:00Z", [line(1, "1", "1")]));
    const { lake } = newLake();
    const extractor = openDynamoDbExtractor({ connection: source.connection(), lake });
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
    const { transactions } = shopTables(await source.createTable("KEYS_ONLY"));
    const failure = await source.refusalOf([transactions], "2026-01-01T00:00:00Z");
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_CONTRACT" });
    expect(failure.diagnostics[0]!.message).toContain("GSI2");
  });
});

describe("a DynamoDB source", () => {
  test("is another one after its table was deleted and made again", async () => {
    const name = await source.createTable();
    const extractor = openDynamoDbExtractor({
      connection: { ...source.connection(), table: name },
      lake: newLake().lake,
    });
    const first = await extractor.identity();
    expect(first).toBeTruthy();
    expect(await extractor.identity()).toBe(first);
    await source.client().send(new DeleteTableCommand({ TableName: name }));
    expect(await extractor.identity()).toBeUndefined();
    // One of its two forms of identity is a time in seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await source.createTable("ALL", name);
    expect(await extractor.identity()).not.toBe(first);
    await extractor.close();
  });

  test("declares no columns, and its absence is told apart", async () => {
    const { transactions } = shopTables(await source.createTable());
    const extractor = openDynamoDbExtractor({
      connection: source.connection(),
      lake: newLake().lake,
    });
    expect(await extractor.liveColumns(transactions)).toBe("untyped");
    const absent = shopTables("absent").transactions;
    expect(await extractor.liveColumns(absent)).toBeUndefined();
    await extractor.close();
    const failure = await source.refusalOf([absent]);
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_CONTRACT" });
  });

  test("that does not answer is named, with a way out", async () => {
    const connection = { ...source.connection(), endpoint: "http://127.0.0.1:1" };
    const extractor = openDynamoDbExtractor({ connection, lake: newLake().lake });
    const failure = await failureOf(extractor.extract([{ table: shopTables("any").lines }], run));
    await extractor.close();
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_UNREACHABLE" });
    expect(failure.diagnostics[0]!.message).toContain("http://127.0.0.1:1");
    expect(failure.diagnostics[0]!.hint).toContain("npm run services");
    expect(failure.diagnostics[0]!.cause).toContain("ECONNREFUSED");
  });
});
