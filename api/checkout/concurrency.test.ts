import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  buyCart,
  callDying,
  countStock,
  failureOf,
  listItem,
  listItems,
  openTestShop,
  putCart,
  requestFor,
  signUp,
  type TestShop,
} from "../testing.ts";
import { centsFromStorage, sumCents } from "../values/money.ts";
import type { KillPoint } from "./kill-points.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openTestShop();
});
afterAll(() => shop.close());

const cartWith = (itemId: number, quantity: number) => putCart(shop, itemId, quantity);
const oneItem = (stock: number, price?: string) => listItem(shop, stock, price);
const dyingAt = (point: KillPoint) => callDying(shop, point);
const buyAsShown = (userId: number, idempotencyKey: string) =>
  buyCart(shop, userId, idempotencyKey);

describe("many customers at once", () => {
  test("never buy more than there is", async () => {
    const item = await oneItem(10);
    const users = await Promise.all(Array.from({ length: 8 }, () => cartWith(item, 3)));
    const outcomes = await Promise.all(
      users.map((userId) => failureOf(buyAsShown(userId, "last"))),
    );
    expect(outcomes.filter((outcome) => outcome === "no failure")).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === "STOCK_INSUFFICIENT")).toHaveLength(5);
    expect(await countStock(shop, item)).toEqual({ available: 1, reserved: 0, sold: 9 });
  });

  test("with the same items in opposite order do not lock each other out", async () => {
    const items = await listItems(shop, [
      { price: "1.00", stock: 1_000 },
      { price: "2.00", stock: 1_000 },
    ]);
    const users = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const userId = await signUp(shop);
        const order = index % 2 === 0 ? items : items.toReversed();
        const lines = order.map((itemId) => ({ itemId, quantity: 2 }));
        await shop.client.cart.put.mutate({ userId, lines });
        return userId;
      }),
    );
    const outcomes = await Promise.all(
      users.map((userId) => failureOf(buyAsShown(userId, "swap"))),
    );
    expect(outcomes).toEqual(outcomes.map(() => "no failure"));
  });
});

const anyStep = fc.oneof(
  fc.record({ does: fc.constant("put"), who: fc.nat(1), quantity: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    does: fc.constantFrom("buy", "die", "buy twice"),
    who: fc.nat(1),
    key: fc.nat(2),
    point: fc.constantFrom<KillPoint>("after-reserve", "after-transact", "after-confirm"),
  }),
);

test("whatever customers do, die and repeat, no unit is lost, doubled or oversold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 14 }), async (steps) => {
      const item = await oneItem(20, "9.99");
      const users = [await signUp(shop), await signUp(shop)];
      const requests = new Map<string, Awaited<ReturnType<typeof requestFor>>>();
      /** As a client does: the first time as the cart is shown, and from then on the same. */
      const requestOf = async (userId: number, key: number) => {
        const name = `${userId} ${key}`;
        const request = requests.get(name) ?? (await requestFor(shop, userId, `k${key}`));
        requests.set(name, request);
        return request;
      };
      for (const step of steps) {
        const userId = users[step.who]!;
        if (!("key" in step)) {
          const lines = [{ itemId: item, quantity: step.quantity }];
          await shop.client.cart.put.mutate({ userId, lines });
          continue;
        }
        const request = await requestOf(userId, step.key);
        const buy = () => failureOf(shop.client.checkout.create.mutate(request));
        if (step.does === "die") await failureOf(dyingAt(step.point).checkout.create(request));
        else if (step.does === "buy") await buy();
        else await Promise.all([buy(), buy()]);
        const now = await countStock(shop, item);
        expect(now.available + now.reserved + now.sold).toBe(20);
        expect(now.available).toBeGreaterThanOrEqual(0);
      }
      // Every key is repeated, as its client would: then nothing is left in between.
      for (const request of requests.values()) {
        await failureOf(shop.client.checkout.create.mutate(request));
      }
      const end = await countStock(shop, item);
      const histories = await Promise.all(
        users.map((userId) => shop.client.transaction.history.query({ userId })),
      );
      const bought = histories.flatMap((history) => history.items);
      const lines = bought.flatMap((transaction) => transaction.lines);
      const units = lines.reduce((sum, line) => sum + line.quantity, 0);
      expect(end).toEqual({ available: 20 - units, reserved: 0, sold: units });
      expect(sumCents(bought.map((one) => centsFromStorage(one.totalPrice)))).toBe(
        999n * BigInt(units),
      );
    }),
    { numRuns: 12 },
  );
});
