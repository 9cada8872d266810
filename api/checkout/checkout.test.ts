import { describe, expect, test } from "@jest/globals";
import { sql } from "../postgres/pool.ts";
import {
  buyCart,
  callDying,
  countStock,
  failureOf,
  listItem,
  putCart,
  requestFor,
  signUp,
} from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import type { KillPoint } from "./kill-points.ts";

const shop = useTestShop();

const cartWith = (itemId: number, quantity: number) => putCart(shop, itemId, quantity);
const oneItem = (stock: number, price?: string) => listItem(shop, stock, price);
const dyingAt = (point: KillPoint) => callDying(shop, point);
const shown = (userId: number, idempotencyKey: string) => requestFor(shop, userId, idempotencyKey);
const buyAsShown = (userId: number, idempotencyKey: string) =>
  buyCart(shop, userId, idempotencyKey);
const checkOut = (request: Awaited<ReturnType<typeof shown>>) =>
  shop.client.checkout.create.mutate(request);

describe("a checkout", () => {
  test("buys the cart: stock goes down, the cart is gone, history shows it", async () => {
    const item = await oneItem(10);
    const userId = await cartWith(item, 3);
    const bought = await buyAsShown(userId, "first");
    expect(bought).toMatchObject({
      kind: "sale",
      refersTo: null,
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
    const request = await shown(userId, "again");
    const bought = await checkOut(request);
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: item, quantity: 1 }] });
    shop.time.now = new Date("2026-03-02T12:00:00Z");
    expect(await checkOut(request)).toEqual(bought);
    expect(await shop.client.checkout.get.query(key)).toEqual(bought);
    shop.time.now = new Date("2026-03-01T12:00:00Z");
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
    expect(await shop.client.cart.get.query({ userId })).not.toBeNull();
  });

  test("sent five times at once happens once", async () => {
    const item = await oneItem(10);
    const request = await shown(await cartWith(item, 4), "five");
    const answers = await Promise.all(Array.from({ length: 5 }, () => checkOut(request)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await countStock(shop, item)).toEqual({ available: 6, reserved: 0, sold: 4 });
  });

  test("of one cart with five keys at once happens once", async () => {
    const item = await oneItem(100);
    const userId = await cartWith(item, 4);
    const request = await shown(userId, "key");
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        failureOf(checkOut({ ...request, idempotencyKey: `key-${index}` })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "no failure")).toHaveLength(1);
    expect(await countStock(shop, item)).toEqual({ available: 96, reserved: 0, sold: 4 });
    expect((await shop.client.transaction.history.query({ userId })).items).toHaveLength(1);
  });

  test("of an empty cart, or for nobody, is refused", async () => {
    const userId = await signUp(shop);
    expect(await failureOf(buyAsShown(userId, "empty"))).toBe("CART_EMPTY");
    expect(await failureOf(buyAsShown(777_777, "nobody"))).toBe("CUSTOMER_NOT_FOUND");
  });

  test("by a customer who was archived meanwhile is refused, and takes nothing", async () => {
    const item = await oneItem(10);
    const userId = await cartWith(item, 3);
    await shop.pool.query(sql`update customer set archived_at = now() where id = ${userId}`);
    expect(await failureOf(buyAsShown(userId, "gone"))).toBe("CUSTOMER_NOT_FOUND");
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
  });

  test("must say which version of the cart and which total the customer was shown", async () => {
    const item = await oneItem(5);
    const userId = await cartWith(item, 2);
    const request = { ...(await shown(userId, "shown")), expectedTotal: "25" };
    for (const left of ["cartVersion", "expectedTotal"]) {
      const part = { ...request, [left]: undefined };
      expect(await failureOf(checkOut(part as never))).toBe("INPUT_INVALID");
    }
    expect(await failureOf(checkOut({ ...request, cartVersion: request.cartVersion + 1 }))).toBe(
      "CART_CHANGED",
    );
    expect(await failureOf(checkOut({ ...request, expectedTotal: "24.99" }))).toBe("PRICE_CHANGED");
    expect(await failureOf(checkOut(request))).toBe("no failure");
    expect(await failureOf(checkOut({ ...request, expectedTotal: "25.00" }))).toBe("no failure");
  });

  test("refuses its key to any other request, whatever the cart is by then", async () => {
    const item = await oneItem(9);
    const userId = await cartWith(item, 2);
    const request = await shown(userId, "mine");
    await checkOut(request);
    const others = [
      { ...request, cartVersion: request.cartVersion + 1 },
      { ...request, expectedTotal: "26.00" },
    ];
    for (const other of others) {
      expect(await failureOf(checkOut(other))).toBe("IDEMPOTENCY_KEY_REUSED");
    }
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: item, quantity: 1 }] });
    expect(await failureOf(buyAsShown(userId, "mine"))).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 2 });
  });
});

describe("a checkout that died half way", () => {
  test.each<KillPoint>(["after-reserve", "after-transact", "before-confirm", "after-confirm"])(
    "%s is completed by a retry, once, with the first try's time",
    async (point) => {
      const item = await oneItem(10);
      const userId = await cartWith(item, 3);
      const request = await shown(userId, "retry");
      expect(await failureOf(dyingAt(point).checkout.create(request))).toBe("INTERNAL");
      shop.time.now = new Date("2026-03-05T00:00:00Z");
      const bought = await checkOut(request);
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
    const request = await shown(userId, "late");
    await failureOf(dyingAt("after-reserve").checkout.create(request));
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 3, sold: 0 });
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: item, quantity: 1 }] });
    const retries = await Promise.all([1, 2, 3, 4].map(() => failureOf(checkOut(request))));
    expect(retries).toContain("CART_CHANGED");
    expect(retries).not.toContain("no failure");
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
    expect(await failureOf(checkOut(request))).toBe("CHECKOUT_ABORTED");
    expect(await failureOf(buyAsShown(userId, "late"))).toBe("IDEMPOTENCY_KEY_REUSED");
    expect((await buyAsShown(userId, "new")).lines).toMatchObject([{ quantity: 1 }]);
  });

  test("is completed when its customer tries with a new key, who then hears of it", async () => {
    const item = await oneItem(3);
    const userId = await cartWith(item, 3);
    const lost = await shown(userId, "lost");
    await failureOf(dyingAt("after-reserve").checkout.create(lost));
    const found = { ...lost, idempotencyKey: "found" };
    await expect(checkOut(found)).rejects.toMatchObject({ data: { mercado: "CART_CHANGED" } });
    const bought = await checkOut(lost);
    expect(await countStock(shop, item)).toEqual({ available: 0, reserved: 0, sold: 3 });
    expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
  });

  test("long ago is given up for a new key, and cannot take the customer's next cart", async () => {
    const item = await oneItem(4);
    const userId = await cartWith(item, 3);
    const lost = await shown(userId, "lost");
    await failureOf(dyingAt("after-reserve").checkout.create(lost));
    await shop.pool.query(
      sql`update stock_reservation set expires_at = now() - interval '1 s' where customer_id = ${userId}`,
    );
    const bought = await checkOut({ ...lost, idempotencyKey: "found" });
    expect(await countStock(shop, item)).toEqual({ available: 1, reserved: 0, sold: 3 });
    const lines = [{ itemId: item, quantity: 1 }];
    const next = await shop.client.cart.put.mutate({ userId, lines });
    expect(await failureOf(checkOut(lost))).toBe("CHECKOUT_ABORTED");
    expect(await shop.client.cart.get.query({ userId })).toEqual(next);
    expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
  });

  test("but had bought the cart keeps a new key from buying it again", async () => {
    const item = await oneItem(10);
    const userId = await cartWith(item, 3);
    const one = await shown(userId, "one");
    await failureOf(dyingAt("after-transact").checkout.create(one));
    expect(await failureOf(checkOut({ ...one, idempotencyKey: "two" }))).toBe("CART_EMPTY");
    expect((await checkOut(one)).lines).toMatchObject([{ quantity: 3 }]);
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
    bought.unshift((await buyAsShown(userId, `day-${index}`)).transactionId);
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
