import { DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
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

  test.each(["ALL", "KEYS_ONLY"] as const)(
    "through an index that projects %s, taken again and again with an overlap, is the table read in full",
    async (projection) => {
      const minutes = fc.integer({ min: 0, max: 5_760 });
      const write = fc.record({ id: fc.integer({ min: 0, max: 12 }), at: minutes, qty: fc.nat(9) });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 5 }),
          async (rounds) => {
            const name = await source.createTable(projection);
            const { transactions, lines } = shopTables(name);
            const found = [new Map<string, string>(), new Map<string, string>()];
            // Stamps come in any order, up to two days late; the lookback covers that.
            let watermark: string | undefined;
            for (const round of rounds) {
              for (const { id, at, qty } of round) {
                const time = new Date(
                  Date.parse("2025-12-31T00:00:00Z") + at * 60_000,
                ).toISOString();
                const items = Array.from({ length: qty % 3 }, (_, n) =>
                  line(n, String(qty), "1.5"),
                );
                await source.put(name, transaction(`t${id}`, time, items));
              }
              const since =
                watermark === undefined
                  ? undefined
                  : new Date(Date.parse(watermark) - 5 * 86_400_000).toISOString();
              const extraction = await source.extract([transactions, lines], {
                ...(since === undefined ? {} : { since }),
              });
              extraction.rows.forEach((rows, table) => {
                for (const row of rows) {
                  const { _extracted_at: at, ...values } = row;
                  expect(at).toBeTruthy();
                  const key = [row["transaction_id"], row["created_at"], row["line_number"]].join();
                  found[table]!.set(key, JSON.stringify(values));
                }
              });
              watermark = extraction.extracted[0]!.highestCursor ?? watermark;
            }
            const full = await source.extract([transactions, lines]);
            full.rows.forEach((rows, table) => {
              for (const { _extracted_at: at, ...values } of rows) {
                expect(at).toBeTruthy();
                const key = [
                  values["transaction_id"],
                  values["created_at"],
                  values["line_number"],
                ].join();
                expect(found[table]!.get(key)).toBe(JSON.stringify(values));
              }
            });
          },
        ),
        { numRuns: 6 },
      );
    },
    60_000,
  );

  test("through an index that is no such index is refused, with those that there are", async () => {
    const { transactions } = shopTables(await source.createTable());
    const dateIndex = { ...transactions.dateIndex!, sortKey: "sk" };
    const since = "2026-01-01T00:00:00Z";
    const failure = await source.refusalOf([{ ...transactions, dateIndex }], since);
    expect(failure.diagnostics[0]).toMatchObject({ code: "SOURCE_CONTRACT" });
    expect(failure.diagnostics[0]!.message).toContain("no index GSI2 by gsi2pk and sk");
    expect(failure.diagnostics[0]!.cause).toBe("The index is by gsi2pk and gsi2sk.");
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
