import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { createShopClient } from "../client.ts";
import { sql } from "../postgres/pool.ts";
import { addressOf, openService, openWire, through, variablesFor } from "../testing-process.ts";
import { countStock, failureOf, listItem, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const shop = useTestShop();

interface Outcome {
  userId: number;
  idempotencyKey: string;
  failure: string;
}

/** Fills carts and buys them, one after the other, until the service is gone. */
async function shopUntilGone(url: string, itemId: number, outcomes: Outcome[]): Promise<void> {
  const client = createShopClient({ url, retries: 0 });
  const userId = await signUp(shop);
  for (let round = 0; ; round += 1) {
    const idempotencyKey = `stop-${round}`;
    const lines = [{ itemId, quantity: 1 }];
    let shown: { version: number; totalPrice: string };
    try {
      shown = await client.cart.put.mutate({ userId, lines });
    } catch {
      return;
    }
    const { version: cartVersion, totalPrice: expectedTotal } = shown;
    const request = { userId, idempotencyKey, cartVersion, expectedTotal };
    const failure = await failureOf(client.checkout.create.mutate(request));
    outcomes.push({ userId, idempotencyKey, failure });
    if (failure !== "no failure") return;
  }
}

test("told to stop amid checkouts, it says that it is not ready, ends each of them, and exits with 0", async () => {
  const itemId = await listItem(shop, 100_000, "1.00");
  const service = await openService({ ...variablesFor(shop), MERCADO_API_DRAIN_SECONDS: "1" });
  const outcomes: Outcome[] = [];
  const shoppers = Array.from({ length: 8 }, () => shopUntilGone(service.url, itemId, outcomes));
  while (outcomes.length < 8) await sleep(20);
  service.child.kill("SIGTERM");
  await sleep(300);
  const ready = await fetch(`${service.url}/ready`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: "stopping" }]);
  expect((await fetch(`${service.url}/health`)).status).toBe(200);
  const { code, stderr } = await service.ended;
  await Promise.all(shoppers);
  expect(code).toBe(0);
  expect(stderr).toContain("closing");

  // Nobody whose checkout had begun was left without its end.
  const unfinished = await shop.pool.query(
    sql`select 1 from stock_reservation where state = 'reserved'`,
  );
  expect(unfinished).toEqual([]);
  const acknowledged = outcomes.filter(({ failure }) => failure === "no failure");
  for (const { failure } of outcomes) expect(failure).toMatch(/^no failure$|fetch failed/);
  const { available, sold } = await countStock(shop, itemId);
  expect(available + sold).toBe(100_000);
  expect(sold).toBe(acknowledged.length);
  await expect(fetch(`${service.url}/health`)).rejects.toThrow();
}, 90_000);

async function openHanging(variables: NodeJS.ProcessEnv) {
  const endpoint = shop.dynamodb.endpoint!;
  const wire = await openWire(addressOf(endpoint));
  const service = await openService({
    ...variablesFor(shop),
    ...variables,
    MERCADO_DYNAMODB_ENDPOINT: through(wire, endpoint),
  });
  wire.hang(true);
  const client = createShopClient({ url: service.url, retries: 0 });
  const stuck = failureOf(client.transaction.history.query({ userId: 1 }));
  await sleep(300);
  return { service, wire, stuck };
}

test("a request that does not end is cut when the time is up, which the log and the exit code say", async () => {
  const { service, wire, stuck } = await openHanging({ MERCADO_API_STOP_SECONDS: "1" });
  const start = performance.now();
  service.child.kill("SIGTERM");
  const { code, stderr } = await service.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/"cut":1.*closed with requests cut/);
  expect(performance.now() - start).toBeLessThan(8_000);
  expect(await stuck).toMatch(/fetch failed/);
  await wire.close();
});

test("a second signal does not wait for the time to be up", async () => {
  const { service, wire, stuck } = await openHanging({ MERCADO_API_STOP_SECONDS: "600" });
  service.child.kill("SIGTERM");
  await sleep(500);
  expect(service.child.exitCode).toBeNull();
  service.child.kill("SIGINT");
  expect((await service.ended).code).toBe(1);
  expect(await stuck).toMatch(/fetch failed/);
  await wire.close();
});
