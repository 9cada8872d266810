import { randomUUID } from "node:crypto";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { writeTransaction } from "../dynamodb/transactions.ts";
import { failureOf, listItem, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import type { Transaction } from "../values/cart.ts";
import { toTimestamp } from "../values/time.ts";

const shop = useTestShop();

async function buy(userId: number, itemId: number, quantity = 1): Promise<Transaction> {
  const cart = await shop.client.cart.add.mutate({ userId, itemId, quantity });
  return shop.client.checkout.create.mutate({
    userId,
    idempotencyKey: randomUUID(),
    cartVersion: cart.version,
    expectedTotal: cart.totalPrice,
  });
}

/** As a refund stands in the table. */
function refundOf(sale: Transaction, createdAt: string): Transaction {
  const lines = sale.lines.map((line) => ({
    ...line,
    quantity: -line.quantity,
    totalPrice: `-${line.totalPrice}`,
    refersToLine: line.lineNumber,
  }));
  const totalPrice = `-${sale.totalPrice}`;
  const transactionId = randomUUID();
  const refersTo = sale.transactionId;
  return { ...sale, transactionId, kind: "refund", refersTo, createdAt, lines, totalPrice };
}

async function store(transaction: Transaction): Promise<void> {
  await shop.table.client.send(
    new PutItemCommand({ TableName: shop.table.name, Item: writeTransaction(transaction) }),
  );
}

async function readHistory(userId: number, limit: number): Promise<Transaction[]> {
  const seen: Transaction[] = [];
  let cursor: string | undefined;
  do {
    const page = await shop.client.transaction.history.query({ userId, limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    seen.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return seen;
}

describe("a transaction", () => {
  test("is found by its id, by its customer and by admins", async () => {
    const userId = await signUp(shop);
    const sale = await buy(userId, await listItem(shop, 9), 2);
    const { transactionId } = sale;
    expect(await shop.client.transaction.get.query({ transactionId })).toEqual(sale);
    const upper = transactionId.toUpperCase();
    expect(await shop.client.transaction.get.query({ transactionId: upper })).toEqual(sale);
  });

  test("that is a refund says of which sale, with what goes back below zero", async () => {
    const userId = await signUp(shop);
    const sale = await buy(userId, await listItem(shop, 9, "0.05"), 3);
    const refund = refundOf(sale, toTimestamp(new Date("2026-03-02T00:00:00Z")));
    await store(refund);
    const { transactionId } = refund;
    const found = await shop.client.transaction.get.query({ transactionId });
    expect(found).toMatchObject({
      kind: "refund",
      refersTo: sale.transactionId,
      totalPrice: "-0.15",
      lines: [{ quantity: -3, unitPrice: "0.05", totalPrice: "-0.15", refersToLine: 1 }],
    });
    expect(await readHistory(userId, 50)).toEqual([found, sale]);
  });

  test("that nobody has made is told from bad input", async () => {
    const { get } = shop.client.transaction;
    expect(await failureOf(get.query({ transactionId: randomUUID() }))).toBe(
      "TRANSACTION_NOT_FOUND",
    );
    expect(await failureOf(get.query({ transactionId: "GUARD" }))).toBe("INPUT_INVALID");
  });
});

test("history is newest first, and pages of any size show each transaction once, also those of one moment", async () => {
  const template = await buy(await signUp(shop), await listItem(shop, 9));
  const moments = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(moments, fc.integer({ min: 1, max: 5 }), async (drawn, limit) => {
      const userId = await signUp(shop);
      const made = drawn.map((moment) => {
        const createdAt = toTimestamp(new Date(Date.UTC(2026, 3, 1, 0, 0, moment)));
        return { ...template, userId, createdAt, transactionId: randomUUID() };
      });
      for (const transaction of made) await store(transaction);
      const seen = await readHistory(userId, limit);
      const placeOf = (row: Transaction) => `${row.createdAt} ${row.transactionId}`;
      expect(seen.map(placeOf)).toEqual(made.map(placeOf).sort().reverse());
    }),
    { numRuns: 25 },
  );
});

test("a transaction made between two pages neither shifts nor doubles what they show", async () => {
  const userId = await signUp(shop);
  const item = await listItem(shop, 9);
  const bought = [await buy(userId, item), await buy(userId, item), await buy(userId, item)];
  const { items, nextCursor } = await shop.client.transaction.history.query({ userId, limit: 2 });
  shop.time.now = new Date("2026-03-05T00:00:00Z");
  await buy(userId, item);
  shop.time.now = new Date("2026-03-01T12:00:00Z");
  const cursor = nextCursor ?? undefined;
  const rest = await shop.client.transaction.history.query({ userId, limit: 2, cursor });
  const ids = [...items, ...rest.items].map((transaction) => transaction.transactionId);
  expect(ids.sort()).toEqual(bought.map((transaction) => transaction.transactionId).sort());
});
