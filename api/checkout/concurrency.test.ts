import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  buyCart,
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
import { centsFromStorage, sumCents } from "../values/money.ts";
import { sql } from "../postgres/pool.ts";
import type { KillPoint } from "./kill-points.ts";
import { sweep } from "./sweep.ts";

const shop = useTestShop();

const cartWith = (itemId: number, quantity: number) => putCart(shop, itemId, quantity);
const oneItem = (stock: number, price?: string) => listItem(shop, stock, price);
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

const who = fc.nat(1);
const key = fc.nat(2);
const anyStep = fc.oneof(
  fc.record({ does: fc.constant("put" as const), who, quantity: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    does: fc.constantFrom("buy", "die", "buy twice"),
    who,
    key,
    point: fc.constantFrom<KillPoint>("after-reserve", "after-transact", "after-confirm"),
  }),
  fc.record({
    does: fc.constantFrom("refund", "refund and die", "refund twice", "cancel"),
    who,
    key,
    /** Of the customer's sales, the newest first. */
    sale: fc.nat(1),
    /** 0: all that is left. */
    quantity: fc.nat(3),
    point: fc.constantFrom<KillPoint>("after-refund-record", "after-refund-put"),
  }),
  fc.record({
    does: fc.constant("sweep" as const),
    /** Whether all that is undecided has expired by then. */
    late: fc.boolean(),
    /** Whether everybody tries again what they have tried, meanwhile. */
    meanwhile: fc.boolean(),
  }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer One> ? One : never;

const STOCK = 20;

/** Two customers and their keys. What was sent with a key once is sent again as it was, as a client does. */
async function openShoppers() {
  const item = await listItem(shop, STOCK, "9.99");
  const users = [await signUp(shop), await signUp(shop)];
  const sent = new Map<string, () => Promise<string>>();
  const historyOf = async (userId: number) =>
    (await shop.client.transaction.history.query({ userId })).items;

  /** The call of a key, and the same with a service that dies; made up when the key is first used. */
  const calls = new Map<string, { live: () => Promise<string>; dying: () => Promise<string> }>();
  async function checkoutOf(userId: number, step: { key: number; point: KillPoint }) {
    const name = `buy ${userId} ${step.key}`;
    const request = await requestFor(shop, userId, `k${step.key}`);
    return remember(name, {
      live: () => failureOf(shop.client.checkout.create.mutate(request)),
      dying: () => failureOf(callDying(shop, step.point).checkout.create(request)),
    });
  }
  async function refundOf(userId: number, step: Extract<Step, { sale: number }>) {
    const sales = (await historyOf(userId)).filter((one) => one.kind === "sale");
    const transactionId = sales[step.sale]?.transactionId;
    if (transactionId === undefined) return null;
    const idempotencyKey = `r${step.key}`;
    const lines = [{ lineNumber: 1, quantity: step.quantity }];
    const refund = { transactionId, idempotencyKey, ...(step.quantity > 0 ? { lines } : {}) };
    const { transaction } = callDying(shop, step.point);
    if (step.does === "cancel") {
      const cancel = { userId, transactionId, idempotencyKey };
      const live = () => failureOf(shop.client.transaction.cancel.mutate(cancel));
      return remember(`refund ${userId} ${step.key}`, { live, dying: live });
    }
    return remember(`refund ${userId} ${step.key}`, {
      live: () => failureOf(shop.client.transaction.refund.mutate(refund)),
      dying: () => failureOf(transaction.refund(refund)),
    });
  }
  function remember(
    name: string,
    call: { live: () => Promise<string>; dying: () => Promise<string> },
  ) {
    const known = calls.get(name) ?? call;
    calls.set(name, known);
    sent.set(name, known.live);
    return known;
  }
  return { item, users, sent, historyOf, checkoutOf, refundOf };
}

async function sweepNow(late: boolean): Promise<void> {
  if (late) await shop.pool.query(sql`update stock_reservation set expires_at = now()`);
  for (const table of ["stock_reservation", "refund"]) {
    await shop.pool.query(sql`update ${sql.ident(table)} set swept_at = null`);
  }
  const { pool, table, time } = shop;
  const stores = { pool, table, clock: () => time.now, reachKillPoint: () => undefined };
  const { failed } = await sweep(stores, { age: 0 });
  expect(failed).toBe(0);
}

type Shoppers = Awaited<ReturnType<typeof openShoppers>>;

async function take(step: Step, shoppers: Shoppers): Promise<void> {
  if (step.does === "sweep") {
    const again = step.meanwhile ? [...shoppers.sent.values()].map((send) => send()) : [];
    await Promise.all([sweepNow(step.late), ...again]);
    return;
  }
  const userId = shoppers.users[step.who]!;
  if (step.does === "put") {
    const lines = [{ itemId: shoppers.item, quantity: step.quantity }];
    await shop.client.cart.put.mutate({ userId, lines });
    return;
  }
  const call = await ("sale" in step
    ? shoppers.refundOf(userId, step)
    : shoppers.checkoutOf(userId, step));
  if (step.does.endsWith("die")) await call?.dying();
  else await Promise.all([call?.live(), step.does.endsWith("twice") ? call?.live() : undefined]);
}

test("whatever customers do, die, repeat and get back, no unit and no cent is lost, doubled or oversold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 6, maxLength: 18 }), async (steps) => {
      const shoppers = await openShoppers();
      for (const userId of shoppers.users) {
        const lines = [{ itemId: shoppers.item, quantity: 4 }];
        await shop.client.cart.put.mutate({ userId, lines });
        await buyAsShown(userId, "first");
      }
      for (const step of steps) {
        await take(step, shoppers);
        const now = await countStock(shop, shoppers.item);
        expect(now.available + now.reserved + now.sold).toBe(STOCK);
        expect(Math.min(now.available, now.reserved, now.sold)).toBeGreaterThanOrEqual(0);
      }
      // Every key is repeated, as its client would, and all that nobody repeats is swept: nothing is left in between.
      for (const send of shoppers.sent.values()) await send();
      await sweepNow(true);
      const histories = await Promise.all(shoppers.users.map(shoppers.historyOf));
      const transactions = histories.flat();
      const lines = transactions.flatMap((transaction) => transaction.lines);
      const units = lines.reduce((sum, line) => sum + line.quantity, 0);
      expect(await countStock(shop, shoppers.item)).toEqual({
        available: STOCK - units,
        reserved: 0,
        sold: units,
      });
      expect(sumCents(transactions.map((one) => centsFromStorage(one.totalPrice)))).toBe(
        999n * BigInt(units),
      );
      for (const sale of transactions.filter((one) => one.kind === "sale")) {
        const back = transactions.filter((one) => one.refersTo === sale.transactionId);
        const refunded = back.reduce((sum, one) => sum - one.lines[0]!.quantity, 0);
        expect(refunded).toBeLessThanOrEqual(sale.lines[0]!.quantity);
      }
    }),
    { numRuns: 15 },
  );
});
