import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { sql } from "../postgres/pool.ts";
import {
  callDying,
  countStock,
  failureOf,
  listItem,
  openTestShop,
  putCart,
  signUp,
  type TestShop,
} from "../testing.ts";
import type { KillPoint } from "./kill-points.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openTestShop();
});
afterAll(() => shop.close());

const cartWith = (itemId: number, quantity: number) => putCart(shop, itemId, quantity);
const oneItem = (stock: number, price?: string) => listItem(shop, stock, price);
const dyingAt = (point: KillPoint) => callDying(shop, point);
const buy = (userId: number, idempotencyKey: string) =>
  shop.client.checkout.create.mutate({ userId, idempotencyKey });

describe("a checkout", () => {
  test("buys the cart: stock goes down, the cart is gone, history shows it", async () => {
    const item = await oneItem(10);
    const userId = await cartWith(item, 3);
    const bought = await buy(userId, "first");
    expect(bought).toMatchObject({
      userId,
      createdAt: "2026-03-01T12:00:00.000000Z",
      totalPrice: "37.50",
      lines: [{ itemId: item, quantity: 3, unitPrice: "12.50", totalPrice: "37.50" }],
    });
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
    expect(await shop.client.cart.get.query({ userId })).toBeNull();
    expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
  });

  test("with the same key gives the first result, later and with a new cart there", async () => {
    const item = await oneItem(10);
    const userId = await cartWith(item, 3);
    const key = { userId, idempotencyKey: "again" };
    expect(await shop.client.checkout.get.query(key)).toBeNull();
    const cart = await shop.client.cart.get.query({ userId });
    const request = { ...key, cartVersion: cart!.version, expectedTotal: "37.50" };
    const bought = await shop.client.checkout.create.mutate(request);
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: item, quantity: 1 }] });
    shop.time.now = new Date("2026-03-02T12:00:00Z");
    expect(await shop.client.checkout.create.mutate(request)).toEqual(bought);
    expect(await shop.client.checkout.get.query(key)).toEqual(bought);
    shop.time.now = new Date("2026-03-01T12:00:00Z");
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
    expect(await shop.client.cart.get.query({ userId })).not.toBeNull();
  });

  test("sent five times at once happens once", async () => {
    const item = await oneItem(10);
    const userId = await cartWith(item, 4);
    const answers = await Promise.all(Array.from({ length: 5 }, () => buy(userId, "five")));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await countStock(shop, item)).toEqual({ available: 6, reserved: 0, sold: 4 });
  });

  test("of one cart with five keys at once happens once", async () => {
    const item = await oneItem(100);
    const userId = await cartWith(item, 4);
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, index) => failureOf(buy(userId, `key-${index}`))),
    );
    expect(outcomes.filter((outcome) => outcome === "no failure")).toHaveLength(1);
    expect(await countStock(shop, item)).toEqual({ available: 96, reserved: 0, sold: 4 });
    expect((await shop.client.transaction.history.query({ userId })).items).toHaveLength(1);
  });

  test("of an empty cart, or for nobody, is refused", async () => {
    const userId = await signUp(shop);
    expect(await failureOf(buy(userId, "empty"))).toBe("CART_EMPTY");
    expect(await failureOf(buy(777_777, "nobody"))).toBe("CUSTOMER_NOT_FOUND");
  });

  test("of more than there is names the lines and takes nothing; its key may be used again", async () => {
    const item = await oneItem(5);
    const userId = await signUp(shop);
    const lines = [
      { itemId: item, quantity: 4 },
      { itemId: item, quantity: 3 },
    ];
    await shop.client.cart.put.mutate({ userId, lines });
    await expect(buy(userId, "short")).rejects.toMatchObject({
      data: {
        mercado: "STOCK_INSUFFICIENT",
        details: { items: [{ itemId: item, lineNumbers: [1, 2], wanted: 7, available: 5 }] },
      },
    });
    expect(await countStock(shop, item)).toEqual({ available: 5, reserved: 0, sold: 0 });
    await shop.client.cart.put.mutate({ userId, lines: lines.slice(0, 1) });
    expect((await buy(userId, "short")).lines).toHaveLength(1);
  });

  test("of a cart whose price changed says line by line what differs, until it is agreed to", async () => {
    const item = await oneItem(5, "10.00");
    const userId = await cartWith(item, 2);
    await shop.pool.query(sql`update inventory set price = 11 where id = ${item}`);
    await expect(buy(userId, "dearer")).rejects.toMatchObject({
      data: {
        mercado: "PRICE_CHANGED",
        details: {
          expectedTotal: "20.00",
          totalPrice: "22.00",
          lines: [
            { lineNumber: 1, shown: { unitPrice: "10.00" }, current: { unitPrice: "11.00" } },
          ],
        },
      },
    });
    const agreed = { userId, idempotencyKey: "dearer", expectedTotal: "22" };
    expect((await shop.client.checkout.create.mutate(agreed)).totalPrice).toBe("22.00");
  });

  test("of another version or total than the client showed is refused", async () => {
    const item = await oneItem(5);
    const userId = await cartWith(item, 2);
    const { version } = (await shop.client.cart.get.query({ userId }))!;
    const create = (more: { cartVersion?: number; expectedTotal?: string }) =>
      failureOf(shop.client.checkout.create.mutate({ userId, idempotencyKey: "shown", ...more }));
    expect(await create({ cartVersion: version + 1 })).toBe("CART_CHANGED");
    expect(await create({ expectedTotal: "24.99" })).toBe("PRICE_CHANGED");
    expect(await create({ cartVersion: version, expectedTotal: "25" })).toBe("no failure");
    expect(await create({ cartVersion: version, expectedTotal: "25.00" })).toBe("no failure");
    expect(await create({ cartVersion: version + 1 })).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(await create({ expectedTotal: "26" })).toBe("IDEMPOTENCY_KEY_REUSED");
  });
});

describe("a checkout that died half way", () => {
  test.each<KillPoint>(["after-reserve", "after-transact", "before-confirm", "after-confirm"])(
    "%s is completed by a retry, once, with the first try's time",
    async (point) => {
      const item = await oneItem(10);
      const userId = await cartWith(item, 3);
      const key = { userId, idempotencyKey: "retry" };
      expect(await failureOf(dyingAt(point).checkout.create(key))).toBe("INTERNAL");
      shop.time.now = new Date("2026-03-05T00:00:00Z");
      const bought = await buy(userId, "retry");
      shop.time.now = new Date("2026-03-01T12:00:00Z");
      expect(bought).toMatchObject({
        createdAt: "2026-03-01T12:00:00.000000Z",
        totalPrice: "37.50",
      });
      expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
      expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
      expect(await shop.client.cart.get.query({ userId })).toBeNull();
    },
  );

  test("gives its stock back when the cart has changed since, and stays given up", async () => {
    const item = await oneItem(10);
    const userId = await cartWith(item, 3);
    await failureOf(dyingAt("after-reserve").checkout.create({ userId, idempotencyKey: "late" }));
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 3, sold: 0 });
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: item, quantity: 1 }] });
    const retries = await Promise.all([1, 2, 3, 4].map(() => failureOf(buy(userId, "late"))));
    expect(retries).toContain("CART_CHANGED");
    expect(retries).not.toContain("no failure");
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
    expect(await failureOf(buy(userId, "late"))).toBe("CHECKOUT_ABORTED");
    expect((await buy(userId, "new")).lines).toMatchObject([{ quantity: 1 }]);
  });

  test("is completed when its customer tries with a new key, who then hears of it", async () => {
    const item = await oneItem(3);
    const userId = await cartWith(item, 3);
    await failureOf(dyingAt("after-reserve").checkout.create({ userId, idempotencyKey: "lost" }));
    await expect(buy(userId, "found")).rejects.toMatchObject({ data: { mercado: "CART_CHANGED" } });
    const bought = await buy(userId, "lost");
    expect(await countStock(shop, item)).toEqual({ available: 0, reserved: 0, sold: 3 });
    expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
  });

  test("long ago is given up for a new key, and cannot take the customer's next cart", async () => {
    const item = await oneItem(4);
    const userId = await cartWith(item, 3);
    await failureOf(dyingAt("after-reserve").checkout.create({ userId, idempotencyKey: "lost" }));
    await shop.pool.query(
      sql`update stock_reservation set expires_at = now() - interval '1 s' where customer_id = ${userId}`,
    );
    const bought = await buy(userId, "found");
    expect(await countStock(shop, item)).toEqual({ available: 1, reserved: 0, sold: 3 });
    const lines = [{ itemId: item, quantity: 1 }];
    const next = await shop.client.cart.put.mutate({ userId, lines });
    expect(await failureOf(buy(userId, "lost"))).toBe("CHECKOUT_ABORTED");
    expect(await shop.client.cart.get.query({ userId })).toEqual(next);
    expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
  });

  test("but had bought the cart keeps a new key from buying it again", async () => {
    const item = await oneItem(10);
    const userId = await cartWith(item, 3);
    await failureOf(dyingAt("after-transact").checkout.create({ userId, idempotencyKey: "one" }));
    expect(await failureOf(buy(userId, "two"))).toBe("CART_EMPTY");
    expect((await buy(userId, "one")).lines).toMatchObject([{ quantity: 3 }]);
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
  });
});

test("history is newest first and pages show each transaction once", async () => {
  const item = await oneItem(100);
  const userId = await signUp(shop);
  const bought: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    shop.time.now = new Date(Date.UTC(2026, 3, 1 + index));
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: item, quantity: 1 }] });
    bought.unshift((await buy(userId, `day-${index}`)).transactionId);
  }
  shop.time.now = new Date("2026-03-01T12:00:00Z");
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await shop.client.transaction.history.query({ userId, limit: 2, cursor });
    seen.push(...page.items.map((transaction) => transaction.transactionId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(bought);
});
