import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createShopClient, type ShopClient } from "../client.ts";
import { startApi, type Api } from "../server.ts";
import { addressOf, openWire, through, type Wire } from "../testing-process.ts";
import { failureOf, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const CALL_MILLISECONDS = 1_500;
/** What a slow machine may take for it, and less than the clients of the databases wait by themselves. */
const BOUND_MILLISECONDS = 9_000;

const shop = useTestShop(async () => {
  await api.close();
  await postgres.close();
  await dynamodb.close();
});
let postgres: Wire;
let dynamodb: Wire;
let api: Api;
let client: ShopClient;
beforeAll(async () => {
  const endpoint = shop.dynamodb.endpoint!;
  postgres = await openWire(addressOf(shop.postgresUrl));
  dynamodb = await openWire(addressOf(endpoint));
  api = await startApi({
    postgresUrl: through(postgres, shop.postgresUrl),
    dynamodb: { ...shop.dynamodb, endpoint: through(dynamodb, endpoint) },
    serving: { callMilliseconds: CALL_MILLISECONDS },
  });
  client = createShopClient({ url: api.url, retries: 0 });
});
afterEach(() => {
  postgres.hang(false);
  dynamodb.hang(false);
});

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const start = performance.now();
  return [await work(), performance.now() - start];
}

function get(path: string): Promise<Response> {
  return fetch(`${api.url}${path}`);
}

async function untilWell(call: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await failureOf(call())) !== "no failure") {
    if (Date.now() > deadline) throw new Error("the service has not recovered");
  }
}

describe.each<[name: string, wire: () => Wire, call: () => Promise<unknown>]>([
  ["postgres", () => postgres, () => client.vendor.search.query({})],
  ["dynamodb", () => dynamodb, () => client.transaction.history.query({ userId: 1 })],
])("a %s that takes connections and never answers", (name, wire, call) => {
  test("is told to the client in bounded time, while the process stays up and says which it is", async () => {
    await signUp(shop);
    await untilWell(call);
    wire().hang(true);
    const [failure, milliseconds] = await timed(() => failureOf(call()));
    expect(failure).toBe("SERVICE_UNAVAILABLE");
    expect(milliseconds).toBeLessThan(BOUND_MILLISECONDS);
    const [health, healthTime] = await timed(() => get("/health"));
    expect(health.status).toBe(200);
    expect(healthTime).toBeLessThan(BOUND_MILLISECONDS);
    const [ready, readyTime] = await timed(() => get("/ready"));
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      status: "unavailable",
      postgres: name === "postgres" ? "unreachable" : "ok",
      dynamodb: name === "dynamodb" ? "unreachable" : "ok",
    });
    expect(readyTime).toBeLessThan(BOUND_MILLISECONDS);
    wire().hang(false);
    await untilWell(call);
    expect((await get("/ready")).status).toBe(200);
  });
});

test("DynamoDB hears of the request that it serves, in W3C's trace context", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const input = encodeURIComponent(JSON.stringify({ userId: 1 }));
  const answer = await fetch(`${api.url}/trpc/transaction.history?input=${input}`, {
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, "x-request-id": "traced-7" },
  });
  expect(answer.status).toBe(200);
  expect(dynamodb.sent()).toMatch(new RegExp(`traceparent: 00-${traceId}-[0-9a-f]{16}-01\r\n`));
  expect(dynamodb.sent()).toContain("x-request-id: traced-7\r\n");
});

test.each([
  ["a statement", "/vendors/1", undefined],
  [
    "a statement within a transaction",
    "/trpc/transaction.refund",
    JSON.stringify({ transactionId: randomUUID(), idempotencyKey: "never" }),
  ],
])("of %s Postgres hears for which request it is", async (name, path, body) => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4737";
  const requestId = name.replaceAll(" ", "-");
  const headers = {
    "content-type": "application/json",
    traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    "x-request-id": requestId,
  };
  const method = body === undefined ? {} : { method: "POST", body };
  const answer = await fetch(`${api.url}${path}`, { headers, ...method });
  expect([200, 404]).toContain(answer.status);
  const comment = `/\\*traceparent='00-${traceId}-[0-9a-f]{16}-01',request_id='${requestId}'\\*/ select `;
  expect(postgres.sent()).toMatch(new RegExp(comment));
});

test("calls at the same time, and later ones, each tell DynamoDB of their own request", async () => {
  const input = encodeURIComponent(JSON.stringify({ userId: 1 }));
  const ids = Array.from({ length: 12 }, (_, index) => `beside-${index}-`);
  const ask = (id: string) =>
    fetch(`${api.url}/trpc/transaction.history?input=${input}`, {
      headers: { "x-request-id": id },
    });
  await Promise.all(ids.slice(0, 8).map(ask));
  await Promise.all(ids.slice(8).map(ask));
  await fetch(`${api.url}/ready`, { headers: { "x-request-id": "ready-1" } });
  const named = [...dynamodb.sent().matchAll(/x-request-id: ((?:beside|ready)-.*)\r\n/g)];
  expect(named.map(([, id]) => id).sort()).toEqual([...ids, "ready-1"].sort());
});
