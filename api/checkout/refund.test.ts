import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { sql } from "../postgres/pool.ts";
import {
  buyCart,
  callAs,
  callDying,
  countStock,
  failureOf,
  listItem,
  listItems,
  putCart,
  requestFor,
  signUp,
} from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import type { Transaction } from "../values/cart.ts";
import type { KillPoint } from "./kill-points.ts";

const BOUGHT_AT = new Date("2026-03-01T12:00:00Z");

const shop = useTestShop();
beforeEach(() => {
  shop.time.now = BOUGHT_AT;
});

/** A sale of three units at 12.50. */
async function sell(): Promise<{ item: number; userId: number; sale: Transaction }> {
  const item = await listItem(shop, 10);
  const userId = await putCart(shop, item, 3);
  return { item, userId, sale: await buyCart(shop, userId, "sale") };
}

const historyOf = async (userId: number) =>
  (await shop.client.transaction.history.query({ userId })).items;

describe("a refund", () => {
  test("of some units is a transaction of its own, at the price paid, and returns the stock", async () => {
    const { item, userId, sale } = await sell();
    await shop.pool.query(sql`update inventory set price = 99, item_name = 'x' where id = ${item}`);
    shop.time.now = new Date("2026-03-09T12:00:00Z");
    const refund = await shop.client.transaction.refund.mutate({
      transactionId: sale.transactionId,
      lines: [{ lineNumber: 1, quantity: 2 }],
      reason: "Scratched",
      idempotencyKey: "scratched",
    });
    expect(refund).toEqual({
      transactionId: expect.any(String),
      kind: "refund",
      refersTo: sale.transactionId,
      userId,
      createdAt: "2026-03-09T12:00:00.000000Z",
      lines: [
        { ...sale.lines[0], lineNumber: 1, quantity: -2, totalPrice: "-25.00", refersToLine: 1 },
      ],
      totalPrice: "-25.00",
    });
    expect(await historyOf(userId)).toEqual([refund, sale]);
    expect(await countStock(shop, item)).toEqual({ available: 9, reserved: 0, sold: 1 });
  });

  test("is kept in DynamoDB in the form that extraction reads", async () => {
    const { userId, sale } = await sell();
    const refund = await shop.client.transaction.refund.mutate({
      transactionId: sale.transactionId,
      idempotencyKey: "all",
    });
    const { Item: stored } = await shop.table.client.send(
      new GetItemCommand({
        TableName: shop.table.name,
        Key: {
          pk: { S: refund.transactionId },
          sk: { S: `USER${userId}#2026-03-01T12:00:00.000000Z` },
        },
      }),
    );
    expect(stored).toMatchObject({
      kind: { S: "refund" },
      refers_to: { S: sale.transactionId },
      total_price: { N: "-37.5" },
      gsi1pk: { S: `USER#${userId}` },
      gsi2pk: { S: expect.stringMatching(/^TXN#2026-03-01#\d$/) },
      cart: {
        L: [
          {
            M: {
              line_number: { N: "1" },
              refers_to_line: { N: "1" },
              qty: { N: "-3" },
              unit_price: { N: "12.5" },
              total_price: { N: "-37.5" },
            },
          },
        ],
      },
    });
  });

  test("with the same key is the first one for ever, and the key is refused to another", async () => {
    const { item, sale } = await sell();
    const request = {
      transactionId: sale.transactionId,
      lines: [{ lineNumber: 1, quantity: 1 }],
      idempotencyKey: "again",
    };
    const { mutate } = shop.client.transaction.refund;
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => mutate(request)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    shop.time.now = new Date("2027-03-01T12:00:00Z");
    expect(await mutate(request)).toEqual(answers[0]);
    const others = [
      { ...request, lines: [{ lineNumber: 1, quantity: 2 }] },
      { ...request, lines: undefined },
      { ...request, reason: "Another" },
    ];
    for (const other of others) {
      expect(await failureOf(mutate(other))).toBe("IDEMPOTENCY_KEY_REUSED");
    }
    expect(await countStock(shop, item)).toEqual({ available: 8, reserved: 0, sold: 2 });
  });

  test("by a key that refunds another of the customer's sales at the same time is refused", async () => {
    const { userId, item, sale } = await sell();
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: item, quantity: 1 }] });
    const next = await buyCart(shop, userId, "next");
    const outcomes = await Promise.all(
      [sale, next].map(({ transactionId }) =>
        failureOf(
          shop.client.transaction.refund.mutate({ transactionId, idempotencyKey: "one-key" }),
        ),
      ),
    );
    expect(outcomes.sort()).toEqual(["IDEMPOTENCY_KEY_REUSED", "no failure"]);
    expect(await historyOf(userId)).toHaveLength(3);
  });

  test("never takes back more than was bought, however many ask at once", async () => {
    const { item, userId, sale } = await sell();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        failureOf(
          shop.client.transaction.refund.mutate({
            transactionId: sale.transactionId,
            lines: [{ lineNumber: 1, quantity: 1 }],
            idempotencyKey: `unit-${index}`,
          }),
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "no failure")).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === "REFUND_EXCEEDS_SALE")).toHaveLength(5);
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
    expect(await historyOf(userId)).toHaveLength(4);
    const rest = { transactionId: sale.transactionId, idempotencyKey: "rest" };
    expect(await failureOf(shop.client.transaction.refund.mutate(rest))).toBe("ALREADY_REFUNDED");
  });

  test("of several lines of one item returns all their units, also of an item that is not sold any more", async () => {
    const [chair, lamp] = await listItems(shop, [
      { price: "0.10", stock: 50 },
      { price: "7.77", stock: 50 },
    ]);
    const userId = await signUp(shop);
    const lines = [chair!, lamp!, chair!].map((itemId) => ({ itemId, quantity: 4 }));
    await shop.client.cart.put.mutate({ userId, lines });
    const sale = await buyCart(shop, userId, "three");
    await shop.pool.query(sql`update inventory set archived_at = now() where id = ${chair}`);
    const refund = await shop.client.transaction.refund.mutate({
      transactionId: sale.transactionId,
      lines: [1, 2, 3].map((lineNumber) => ({ lineNumber, quantity: lineNumber })),
      idempotencyKey: "some",
    });
    expect(refund.totalPrice).toBe("-15.94");
    expect(await countStock(shop, chair!)).toEqual({ available: 46, reserved: 0, sold: 4 });
    expect(await countStock(shop, lamp!)).toEqual({ available: 48, reserved: 0, sold: 2 });
  });

  test("of what is no sale is refused: unknown, a refund, a checkout that never happened", async () => {
    const { item, sale } = await sell();
    const key = { idempotencyKey: "none" };
    const refund = (transactionId: string) =>
      shop.client.transaction.refund.mutate({ ...key, transactionId });
    expect(await failureOf(refund(randomUUID()))).toBe("TRANSACTION_NOT_FOUND");
    const done = await refund(sale.transactionId);
    expect(await failureOf(refund(done.transactionId))).toBe("TRANSACTION_NOT_FOUND");
    const request = await requestFor(shop, await putCart(shop, item, 1), "died");
    await failureOf(callDying(shop, "after-reserve").checkout.create(request));
    const [reserved] = (await shop.pool.query(
      sql`select reservation_id as id from stock_reservation where customer_id = ${request.userId}`,
    )) as { id: string }[];
    expect(await failureOf(refund(reserved!.id))).toBe("TRANSACTION_NOT_FOUND");
  });

  test("of a sale whose books were never closed closes them first", async () => {
    const item = await listItem(shop, 10);
    const request = await requestFor(shop, await putCart(shop, item, 3), "open");
    await failureOf(callDying(shop, "after-transact").checkout.create(request));
    const { userId, idempotencyKey } = request;
    const sale = await shop.client.checkout.get.query({ userId, idempotencyKey });
    await shop.client.transaction.refund.mutate({
      transactionId: sale!.transactionId,
      lines: [{ lineNumber: 1, quantity: 1 }],
      idempotencyKey: "open",
    });
    expect(await countStock(shop, item)).toEqual({ available: 8, reserved: 0, sold: 2 });
    expect(await shop.client.checkout.create.mutate(request)).toEqual(sale);
  });
});

describe("a refund that died half way", () => {
  test.each<KillPoint>(["after-refund-record", "after-refund-put", "after-refund-complete"])(
    "%s is completed by a retry, once, with the first try's time",
    async (point) => {
      const { item, userId, sale } = await sell();
      const request = {
        transactionId: sale.transactionId,
        lines: [{ lineNumber: 1, quantity: 2 }],
        idempotencyKey: "died",
      };
      const dying = callDying(shop, point).transaction.refund(request);
      expect(await failureOf(dying)).toBe("INTERNAL");
      shop.time.now = new Date("2026-03-05T00:00:00Z");
      const beyond = shop.client.transaction.refund.mutate({
        ...request,
        idempotencyKey: "beyond",
      });
      expect(await failureOf(beyond)).toBe("REFUND_EXCEEDS_SALE");
      const refund = await shop.client.transaction.refund.mutate(request);
      expect(refund.createdAt).toBe("2026-03-01T12:00:00.000000Z");
      expect(await historyOf(userId)).toHaveLength(2);
      expect(await historyOf(userId)).toContainEqual(refund);
      expect(await countStock(shop, item)).toEqual({ available: 9, reserved: 0, sold: 1 });
    },
  );
});

describe("a customer", () => {
  test("cancels an own sale whole, and hears the same again when repeating it much later", async () => {
    const { item, userId, sale } = await sell();
    const customer = callAs(shop, { role: "customer", customerId: userId });
    const request = { transactionId: sale.transactionId, idempotencyKey: "cancel" };
    shop.time.now = new Date("2026-03-01T12:30:00Z");
    const cancelled = await customer.transaction.cancel(request);
    expect(cancelled).toMatchObject({
      kind: "refund",
      refersTo: sale.transactionId,
      totalPrice: "-37.50",
    });
    shop.time.now = new Date("2026-04-01T12:30:00Z");
    expect(await customer.transaction.cancel(request)).toEqual(cancelled);
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
  });

  test("does not cancel after half an hour, nor what was refunded in part; an admin still may", async () => {
    const { item, userId, sale } = await sell();
    const customer = callAs(shop, { role: "customer", customerId: userId });
    const { transactionId } = sale;
    const cancel = (idempotencyKey: string) =>
      failureOf(customer.transaction.cancel({ transactionId, idempotencyKey }));
    shop.time.now = new Date("2026-03-01T12:30:01Z");
    expect(await cancel("late")).toBe("CANCELLATION_CLOSED");
    shop.time.now = BOUGHT_AT;
    await shop.client.transaction.refund.mutate({
      transactionId,
      lines: [{ lineNumber: 1, quantity: 1 }],
      idempotencyKey: "part",
    });
    expect(await cancel("part-too")).toBe("ALREADY_REFUNDED");
    shop.time.now = new Date("2026-06-01T12:00:00Z");
    const rest = { transactionId, idempotencyKey: "rest" };
    expect((await shop.client.transaction.cancel.mutate(rest)).totalPrice).toBe("-25.00");
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
  });

  test("is who a sale belongs to, so that an admin who cancels need not name them, but not another", async () => {
    const { item, userId, sale } = await sell();
    const cancel = { transactionId: sale.transactionId, idempotencyKey: "by-admin" };
    const stranger = { ...cancel, userId: await signUp(shop) };
    const { cancel: call, refund } = shop.client.transaction;
    expect(await failureOf(call.mutate(stranger))).toBe("TRANSACTION_NOT_FOUND");
    expect(await failureOf(refund.mutate(stranger))).toBe("TRANSACTION_NOT_FOUND");
    const cancelled = await call.mutate(cancel);
    expect(cancelled).toMatchObject({ userId, totalPrice: "-37.50" });
    expect(await call.mutate({ ...cancel, userId })).toEqual(cancelled);
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
  });

  test("reaches neither another's sale nor a refund of a part, and a vendor nothing", async () => {
    const { item, sale } = await sell();
    const { transactionId } = sale;
    const key = { transactionId, idempotencyKey: "not-mine" };
    const other = callAs(shop, { role: "customer", customerId: await signUp(shop) });
    const vendor = callAs(shop, { role: "vendor", vendorId: sale.lines[0]!.vendorId });
    expect(await failureOf(other.transaction.cancel(key))).toBe("TRANSACTION_NOT_FOUND");
    expect(await failureOf(other.transaction.refund(key))).toBe("FORBIDDEN");
    expect(await failureOf(vendor.transaction.cancel(key))).toBe("FORBIDDEN");
    expect(await failureOf(vendor.transaction.refund(key))).toBe("FORBIDDEN");
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
  });
});
