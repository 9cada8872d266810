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
} from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import type { KillPoint } from "./kill-points.ts";
import { startSweeper } from "./sweeper.ts";
import { sweep, type SweepOptions } from "./sweep.ts";

const NOTHING = { confirmed: 0, released: 0, refunded: 0, failed: 0 };

const shop = useTestShop();

const stores = () => ({
  pool: shop.pool,
  table: shop.table,
  clock: () => shop.time.now,
  reachKillPoint: () => undefined,
});
const sweepNow = (options?: SweepOptions) => sweep(stores(), options);

/** A checkout of three units whose service died at `point`. */
async function leave(point: KillPoint, idempotencyKey: string = point) {
  const item = await listItem(shop, 10);
  const request = await requestFor(shop, await putCart(shop, item, 3), idempotencyKey);
  expect(await failureOf(callDying(shop, point).checkout.create(request))).toBe("INTERNAL");
  return { item, request };
}

/** As if so much time had passed since the customer's checkouts and refunds began. */
async function letPass(userId: number, time: "a minute" | "an hour"): Promise<void> {
  const ago = time === "a minute" ? "61 seconds" : "1 hour";
  await shop.pool.query(
    sql`update stock_reservation set swept_at = null, created_at = now() - ${ago}::interval,
          expires_at = now() - ${ago}::interval + interval '15 minutes'
        where customer_id = ${userId}`,
  );
  await shop.pool.query(
    sql`update refund set swept_at = null, created_at = now() - ${ago}::interval
        where customer_id = ${userId}`,
  );
}

describe("the sweeper", () => {
  test("gives stock back that a dead checkout holds, after a while, and its key stays given up for ever", async () => {
    const { item, request } = await leave("after-reserve");
    expect(await sweepNow()).toEqual(NOTHING);
    await letPass(request.userId, "a minute");
    expect(await sweepNow()).toEqual(NOTHING);
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 3, sold: 0 });
    await letPass(request.userId, "an hour");
    expect(await sweepNow()).toEqual({ ...NOTHING, released: 1 });
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
    const { create, get } = shop.client.checkout;
    expect(await failureOf(create.mutate(request))).toBe("CHECKOUT_ABORTED");
    const { userId, idempotencyKey } = request;
    expect(await get.query({ userId, idempotencyKey })).toBeNull();
    expect(await sweepNow()).toEqual(NOTHING);
    // The cart is as it was, and may be bought with another key.
    await create.mutate({ ...request, idempotencyKey: "after" });
    expect(await failureOf(create.mutate(request))).toBe("CHECKOUT_ABORTED");
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
  });

  test.each<KillPoint>(["after-transact", "before-confirm"])(
    "confirms a checkout that had happened when its service died %s",
    async (point) => {
      const { item, request } = await leave(point);
      expect(await sweepNow()).toEqual(NOTHING);
      await letPass(request.userId, "a minute");
      expect(await sweepNow()).toEqual({ ...NOTHING, confirmed: 1 });
      expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
      expect(await sweepNow()).toEqual(NOTHING);
    },
  );

  test("confirms also one that had happened and has expired: it is not given up", async () => {
    const { item, request } = await leave("after-transact", "expired");
    await letPass(request.userId, "an hour");
    expect(await sweepNow()).toEqual({ ...NOTHING, confirmed: 1 });
    expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
    expect((await shop.client.checkout.create.mutate(request)).lines).toHaveLength(1);
  });

  test.each<KillPoint>(["after-refund-record", "after-refund-put"])(
    "carries out a refund whose service died %s",
    async (point) => {
      const item = await listItem(shop, 10);
      const userId = await putCart(shop, item, 3);
      const { transactionId } = await buyCart(shop, userId, "sale");
      const request = { transactionId, idempotencyKey: point };
      await failureOf(callDying(shop, point).transaction.refund(request));
      expect(await countStock(shop, item)).toEqual({ available: 7, reserved: 0, sold: 3 });
      expect(await sweepNow()).toEqual(NOTHING);
      await letPass(userId, "a minute");
      expect(await sweepNow()).toEqual({ ...NOTHING, refunded: 1 });
      expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
      const refund = await shop.client.transaction.refund.mutate(request);
      const { items } = await shop.client.transaction.history.query({ userId });
      expect(items).toHaveLength(2);
      expect(items).toContainEqual(refund);
      expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
    },
  );

  test("several at once end everything once, whatever the size of their batches", async () => {
    const lost = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        leave(index % 2 === 0 ? "after-reserve" : "after-transact", `many-${index}`),
      ),
    );
    for (const { request } of lost) await letPass(request.userId, "an hour");
    const counts = await Promise.all([3, 100, 2, 7].map((limit) => sweepNow({ limit })));
    const sum = (of: "confirmed" | "released" | "failed") =>
      counts.reduce((total, count) => total + count[of], 0);
    expect([sum("confirmed"), sum("released"), sum("failed")]).toEqual([6, 6, 0]);
    for (const [index, { item }] of lost.entries()) {
      const sold = index % 2 === 0 ? 0 : 3;
      expect(await countStock(shop, item)).toEqual({ available: 10 - sold, reserved: 0, sold });
    }
  });

  test("leaves to another service what that one has taken up, and has it back when that one died", async () => {
    const { item, request } = await leave("after-reserve", "claimed");
    await letPass(request.userId, "an hour");
    await shop.pool.query(
      sql`update stock_reservation set swept_at = now() where customer_id = ${request.userId}`,
    );
    expect(await sweepNow()).toEqual(NOTHING);
    await letPass(request.userId, "an hour");
    expect(await sweepNow()).toEqual({ ...NOTHING, released: 1 });
    expect(await countStock(shop, item)).toEqual({ available: 10, reserved: 0, sold: 0 });
  });

  test("and its customer's retry at the same time agree on one end", async () => {
    for (let round = 0; round < 8; round += 1) {
      const { item, request } = await leave("after-reserve", `race-${round}`);
      await letPass(request.userId, "an hour");
      const [outcome] = await Promise.all([
        failureOf(shop.client.checkout.create.mutate(request)),
        sweepNow(),
        sweepNow(),
      ]);
      await letPass(request.userId, "an hour");
      await sweepNow();
      const sold = outcome === "no failure" ? 3 : 0;
      expect(["no failure", "CHECKOUT_ABORTED"]).toContain(outcome);
      expect(await countStock(shop, item)).toEqual({ available: 10 - sold, reserved: 0, sold });
      const { items } = await shop.client.transaction.history.query({ userId: request.userId });
      expect(items).toHaveLength(sold / 3);
      expect(await failureOf(shop.client.checkout.create.mutate(request))).toBe(outcome);
    }
  });

  test("goes on with the rest when one thing cannot be ended, and ends that later", async () => {
    const stuck = await leave("after-reserve", "stuck");
    const other = await leave("after-reserve", "other");
    for (const { request } of [stuck, other]) await letPass(request.userId, "an hour");
    await shop.pool.query(sql`update inventory set stock = 2147483647 where id = ${stuck.item}`);
    const failures: unknown[] = [];
    const counts = await sweepNow({ onFailure: (error) => failures.push(error) });
    expect(counts).toEqual({ ...NOTHING, released: 1, failed: 1 });
    expect(failures).toHaveLength(1);
    await shop.pool.query(sql`update inventory set stock = 7 where id = ${stuck.item}`);
    await letPass(stuck.request.userId, "an hour");
    expect(await sweepNow()).toEqual({ ...NOTHING, released: 1 });
    expect(await countStock(shop, stuck.item)).toEqual({ available: 10, reserved: 0, sold: 0 });
  });

  test("works from the start of a service on, survives a database that is away, and stops", async () => {
    const { item, request } = await leave("after-reserve", "service");
    await letPass(request.userId, "an hour");
    await shop.pool.query(sql`alter table stock_reservation rename to away`);
    const sweeper = startSweeper({ stores: stores(), seconds: 0.02 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await shop.pool.query(sql`alter table away rename to stock_reservation`);
    while ((await countStock(shop, item)).reserved > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await sweeper.stop();
    const later = await leave("after-reserve", "stopped");
    await letPass(later.request.userId, "an hour");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await countStock(shop, later.item)).toEqual({ available: 7, reserved: 3, sold: 0 });
  });
});
