import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
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
    const checkout = { userId, idempotencyKey, cartVersion, expectedTotal };
    const failure = await failureOf(client.checkout.create.mutate(checkout));
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

/** A checkout that is under way when the service is told to stop; `until` ends when nobody waits for its answer any more. */
async function stopAmidCheckout(
  variables: NodeJS.ProcessEnv,
  until: (asked: ClientRequest) => Promise<void>,
) {
  const itemId = await listItem(shop, 5, "1.00");
  const userId = await signUp(shop);
  const unhurried = { ...variablesFor(shop), MERCADO_API_STOP_SECONDS: "600" };
  const service = await openService({ ...unhurried, ...variables });
  const lines = [{ itemId, quantity: 2 }];
  const { version: cartVersion, totalPrice: expectedTotal } = await createShopClient({
    url: service.url,
  }).cart.put.mutate({ userId, lines });
  const key = { userId, idempotencyKey: "stopped" };
  await shop.pool.tx(async (transaction) => {
    // Nobody can take of this item's stock until this transaction ends.
    await transaction.query(sql`select from inventory where id = ${itemId} for update`);
    const asked = request(`${service.url}/trpc/checkout.create`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      agent: false,
    });
    asked.on("error", () => undefined);
    asked.end(JSON.stringify({ ...key, cartVersion, expectedTotal }));
    await until(asked);
    service.child.kill("SIGTERM");
    await sleep(500);
  });
  const { code, stderr } = await service.ended;
  const bought = await shop.client.checkout.get.query(key);
  return { code, stderr, bought, stock: await countStock(shop, itemId) };
}

const ENDED = {
  code: 0,
  bought: expect.objectContaining({ totalPrice: "2.00" }),
  stock: { available: 3, reserved: 0, sold: 2 },
};

test("a checkout whose customer has gone away is ended all the same before the service exits, and logged", async () => {
  const { stderr, ...rest } = await stopAmidCheckout({}, async (asked) => {
    await untilSomebodyWaitsForStock();
    asked.destroy();
  });
  expect(rest).toEqual(ENDED);
  expect(stderr).toMatch(/"procedures":\["checkout.create"\],"status":499/);
});

test("a checkout that took too long to be waited for is ended all the same before the service exits", async () => {
  const variables = { MERCADO_API_CALL_SECONDS: "1" };
  const { stderr, ...rest } = await stopAmidCheckout(variables, async (asked) => {
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(503);
  });
  expect(rest).toEqual(ENDED);
  expect(stderr).toContain("did not answer in time");
});

test("a connection on which nothing was ever asked does not keep the service from stopping", async () => {
  const service = await openService({ ...variablesFor(shop), MERCADO_API_STOP_SECONDS: "600" });
  const { host, port } = addressOf(service.url);
  const silent = connect(port, host);
  await once(silent, "connect");
  service.child.kill("SIGTERM");
  expect((await service.ended).code).toBe(0);
  silent.destroy();
});

async function untilSomebodyWaitsForStock(): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    const waiting = await shop.pool.query(
      sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%inventory%'`,
    );
    if (waiting.length > 0) return;
    await sleep(20);
  }
  throw new Error("nobody waits for the stock");
}

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
