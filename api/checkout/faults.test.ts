import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createShopClient } from "../client.ts";
import { sql } from "../postgres/pool.ts";
import { startApi } from "../server.ts";
import {
  countStock,
  failureOf,
  listItem,
  openTestShop,
  putCart,
  requestFor,
  type TestShop,
} from "../testing.ts";
import { openFaultyDynamoDb, type Fault } from "../testing/faulty-dynamodb.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openTestShop();
  // Processes of their own go by the real clock, by which a cart of long ago has expired.
  shop.time.now = new Date();
});
afterAll(() => shop.close());

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

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** The real service in a process of its own, on this shop's databases. */
async function startProcess(variables: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN], {
    env: {
      PATH: process.env.PATH,
      MERCADO_POSTGRES_URL: shop.postgresUrl,
      MERCADO_DYNAMODB_ENDPOINT: shop.dynamodb.endpoint,
      AWS_REGION: shop.dynamodb.region,
      AWS_ACCESS_KEY_ID: shop.dynamodb.accessKeyId,
      AWS_SECRET_ACCESS_KEY: shop.dynamodb.secretAccessKey,
      MERCADO_API_PORT: "0",
      ...variables,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, ended, client: createShopClient({ url }) };
}

test("a server process killed anywhere leaves a checkout that a retry ends as if nothing had happened", async () => {
  const points = ["after-reserve", "after-transact", "before-confirm", "after-confirm"];
  await Promise.all(
    points.map(async (point) => {
      const cart = await filledCart("killed");
      const service = await startProcess({ MERCADO_API_KILL_POINT: point });
      const answer = service.client.checkout.create.mutate(cart.request);
      expect(await failureOf(answer)).toMatch(/fetch failed/);
      expect(await service.ended).toEqual([null, "SIGKILL"]);
      await expectBoughtOnce(cart);
    }),
  );
});

test("a server that is told to stop ends the checkouts under way, and exits with 0", async () => {
  const service = await startProcess({});
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
  service.child.kill("SIGTERM");
  expect(await service.ended).toEqual([0, null]);
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
  const slow = await openFaultyDynamoDb(shop.dynamodb, async (operation): Promise<Fault> => {
    if (operation === "GetItem") {
      waiting();
      await overtaken;
    }
    return "pass";
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

describe("DynamoDB's answer to the checkout's write", () => {
  test.each<[name: string, fault: Fault, times: number, outcome: string]>([
    ["lost once", "lose-response", 1, "no failure"],
    ["lost each time", "lose-response", 99, "no failure"],
    ["refused once", "refuse", 1, "no failure"],
    ["refused each time", "refuse", 99, "SERVICE_UNAVAILABLE"],
  ])("%s: the cart is bought once", async (_name, fault, times, outcome) => {
    const cart = await filledCart("faulty");
    let remaining = times;
    const faulty = await openFaultyDynamoDb(shop.dynamodb, (operation) => {
      if (operation !== "TransactWriteItems" || remaining === 0) return "pass";
      remaining -= 1;
      return fault;
    });
    const api = await startApi({
      postgresUrl: shop.postgresUrl,
      dynamodb: { ...shop.dynamodb, endpoint: faulty.endpoint },
      clock: () => shop.time.now,
    });
    try {
      const client = createShopClient({ url: api.url });
      expect(await failureOf(client.checkout.create.mutate(cart.request))).toBe(outcome);
      remaining = 0;
      await expectBoughtOnce(cart);
    } finally {
      await api.close();
      await faulty.close();
    }
  });
});
