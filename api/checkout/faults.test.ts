import { beforeAll, expect, test } from "@jest/globals";
import { openFaultyDynamoDb } from "../../local/testing/faulty-dynamodb.ts";
import { createShopClient } from "../client.ts";
import { sql } from "../postgres/pool.ts";
import { startApi } from "../server.ts";
import { countStock, failureOf, listItem, putCart, requestFor } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { startShopProcess } from "../testing-process.ts";

const shop = useTestShop();
beforeAll(() => {
  // Processes of their own go by the real clock, by which a cart of long ago has expired.
  shop.time.now = new Date();
});

/** A new customer's cart, and the request that buys it. */
async function filledCart(idempotencyKey: string) {
  const item = await listItem(shop, 10);
  const userId = await putCart(shop, item, 3);
  return { item, request: await requestFor(shop, userId, idempotencyKey) };
}

async function expectBoughtOnce({ item, request }: Awaited<ReturnType<typeof filledCart>>) {
  const bought = await shop.client.checkout.create.mutate(request);
  const { userId } = request;
  expect(bought).toMatchObject({ totalPrice: "37.50", lines: [{ itemId: item, quantity: 3 }] });
  expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
  expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
  expect(await shop.client.cart.get.query({ userId })).toBeNull();
}

test("a server process killed anywhere leaves a checkout that a retry ends as if nothing had happened", async () => {
  const points = ["after-reserve", "after-transact", "before-confirm", "after-confirm"];
  await Promise.all(
    points.map(async (point) => {
      const cart = await filledCart("killed");
      const service = await startShopProcess(shop, { MERCADO_API_KILL_POINT: point });
      const answer = service.client.checkout.create.mutate(cart.request);
      expect(await failureOf(answer)).toMatch(/fetch failed/);
      expect(await service.ended).toBe("SIGKILL");
      await expectBoughtOnce(cart);
    }),
  );
});

test("a server process killed anywhere leaves a refund that the next service's sweeper, or a retry, ends once", async () => {
  const points = ["after-refund-record", "after-refund-put", "after-refund-complete"];
  const refunds = await Promise.all(
    points.map(async (point) => {
      const { item, request } = await filledCart("sold");
      const { transactionId } = await shop.client.checkout.create.mutate(request);
      const refund = {
        transactionId,
        lines: [{ lineNumber: 1, quantity: 2 }],
        idempotencyKey: point,
      };
      const service = await startShopProcess(shop, { MERCADO_API_KILL_POINT: point });
      const answer = service.client.transaction.refund.mutate(refund);
      expect(await failureOf(answer)).toMatch(/fetch failed/);
      expect(await service.ended).toBe("SIGKILL");
      return { item, userId: request.userId, refund };
    }),
  );
  await shop.pool.query(sql`update refund set created_at = now() - interval '2 minutes'`);
  const next = await startShopProcess(shop, { MERCADO_API_SWEEP_SECONDS: "1" });
  const back = { available: 9, reserved: 0, sold: 1 };
  for (const { item, userId, refund } of refunds) {
    while ((await countStock(shop, item)).available < back.available);
    const answer = await shop.client.transaction.refund.mutate(refund);
    expect(answer).toMatchObject({ kind: "refund", totalPrice: "-25.00" });
    const { items } = await shop.client.transaction.history.query({ userId });
    expect(items).toHaveLength(2);
    expect(items).toContainEqual(answer);
    expect(await countStock(shop, item)).toEqual(back);
  }
  next.stop();
  expect(await next.ended).toBe(0);
});

test("a server that is told to stop ends the checkouts under way, and exits with 0", async () => {
  const service = await startShopProcess(shop);
  const carts = await Promise.all([1, 2, 3].map(() => filledCart("stop")));
  const answers = carts.map(({ request }) =>
    failureOf(service.client.checkout.create.mutate(request)),
  );
  const reserved = async (): Promise<boolean> => {
    const users = carts.map(({ request }) => request.userId);
    const rows: unknown[] = await shop.pool.query(
      sql`select 1 from stock_reservation where customer_id = any(${users})`,
    );
    return rows.length > 0;
  };
  while (!(await reserved()));
  service.stop();
  expect(await service.ended).toBe(0);
  expect(await Promise.all(answers)).toEqual(["no failure", "no failure", "no failure"]);
  for (const cart of carts) await expectBoughtOnce(cart);
});

test("a retry that overtakes its first try never hears of an empty cart", async () => {
  const cart = await filledCart("slow");
  let letPass: () => void = () => undefined;
  const overtaken = new Promise<void>((resolve) => {
    letPass = resolve;
  });
  let waiting: () => void = () => undefined;
  const readsCart = new Promise<void>((resolve) => {
    waiting = resolve;
  });
  const slow = await openFaultyDynamoDb(shop.dynamodb.endpoint!, async (operation) => {
    if (operation === "GetItem") {
      waiting();
      await overtaken;
    }
    return { kind: "none" };
  });
  const { postgresUrl, dynamodb } = shop;
  const api = await startApi({ postgresUrl, dynamodb: { ...dynamodb, endpoint: slow.endpoint } });
  try {
    const client = createShopClient({ url: api.url });
    const first = client.checkout.create.mutate(cart.request);
    await readsCart;
    const retry = await shop.client.checkout.create.mutate(cart.request);
    letPass();
    expect(await first).toEqual(retry);
    await expectBoughtOnce(cart);
  } finally {
    await api.close();
    await slow.close();
  }
});
