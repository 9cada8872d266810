import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createShopClient, shopFailureOf, type ShopClientOptions } from "../client.ts";
import { countStock, listItem, putCart, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { pauseAfter } from "./retries.ts";

/** What becomes of an answer: passed on, lost after the shop has worked, held back, or replaced by a gateway's page. */
type Fate = "passed" | "lost" | "held" | "gateway";

const shop = useTestShop();
let proxy: Server;
let fates: Fate[];
let requests: { path: string; authorization: string | undefined }[];

/** Between client and shop: gives each request the next fate, and passes on what comes after the last one. */
beforeEach(async () => {
  fates = [];
  requests = [];
  proxy = createServer((request, response) => {
    void (async () => {
      const { method = "GET", url = "/", headers } = request;
      const authorization = headers.authorization;
      requests.push({ path: url.split(/[/?]/)[2] ?? "", authorization });
      const fate = fates.shift() ?? "passed";
      if (fate === "gateway") return response.writeHead(502).end("<html>Bad gateway</html>");
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await fetch(`${shop.url}${url}`, {
        method,
        headers: {
          "content-type": "application/json",
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(method === "GET" ? {} : { body: Buffer.concat(chunks) }),
      });
      const body = await answer.text();
      if (fate === "lost") return response.destroy();
      if (fate === "held") return;
      return response.writeHead(answer.status, { "content-type": "application/json" }).end(body);
    })();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  proxy.closeAllConnections();
  proxy.close();
});

function through(options: Omit<ShopClientOptions, "url"> = {}) {
  const { port } = proxy.address() as AddressInfo;
  return createShopClient({ url: `http://127.0.0.1:${port}`, ...options });
}

async function failureThrough(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "no failure",
    (error: unknown) => shopFailureOf(error).mercado,
  );
}

test.each<[string, Fate]>([
  ["is lost", "lost"],
  ["never comes", "held"],
  ["is a gateway's", "gateway"],
])("a query whose answer %s is asked again, until it is answered", async (_words, fate) => {
  const id = await listItem(shop, 3);
  fates = [fate, fate];
  const item = await through({ timeoutMilliseconds: 700 }).inventory.get.query({ id });
  expect(item.id).toBe(id);
  expect(requests).toHaveLength(3);
});

test("queries that travelled together are each answered when their answer is lost", async () => {
  const ids = [await listItem(shop, 3), await listItem(shop, 3)];
  fates = ["lost"];
  const client = through();
  const items = await Promise.all(ids.map((id) => client.inventory.get.query({ id })));
  expect(items.map((item) => item.id)).toEqual(ids);
});

test("a query is given up after the retries that were asked for", async () => {
  fates = ["lost", "lost", "lost"];
  expect(await failureThrough(through({ retries: 1 }).vendor.search.query({}))).toBe("UNREACHABLE");
  expect(requests).toHaveLength(2);
});

test("what the shop refuses is not asked again", async () => {
  expect(await failureThrough(through().inventory.get.query({ id: 999_999 }))).toBe(
    "ITEM_NOT_FOUND",
  );
  expect(requests).toHaveLength(1);
});

test("what the caller gave up is not asked again", async () => {
  fates = ["held"];
  let sent = 0;
  const counting: typeof fetch = (input, init) => {
    sent += 1;
    return fetch(input, init);
  };
  const call = through({ fetch: counting }).vendor.search.query(
    {},
    { signal: AbortSignal.timeout(200) },
  );
  await expect(call).rejects.toThrow();
  expect(sent).toBe(1);
});

test("a mutation whose answer is lost is not sent again: it may have been carried out", async () => {
  fates = ["lost", "passed"];
  const vendor = { vendorName: "Once", region: "GW" };
  expect(await failureThrough(through().vendor.create.mutate(vendor))).toBe("UNREACHABLE");
  expect(requests).toHaveLength(1);
  const made = await shop.client.vendor.search.query({ vendorName: "Once" });
  expect(made.items).toHaveLength(1);
});

test("a checkout whose answers are lost is sent again, and buys once", async () => {
  const itemId = await listItem(shop, 5, "2.50");
  const userId = await putCart(shop, itemId, 2);
  const cart = await shop.client.cart.get.query({ userId });
  if (cart === null) throw new Error("the cart was put, and is gone");
  fates = ["lost", "lost"];
  const bought = await through().checkout.create.mutate({
    userId,
    idempotencyKey: "lost-twice",
    cartVersion: cart.version,
    expectedTotal: cart.totalPrice,
  });
  expect(requests.map((request) => request.path)).toEqual(Array(3).fill("checkout.create"));
  expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
  expect(await countStock(shop, itemId)).toEqual({ available: 3, reserved: 0, sold: 2 });
});

test("a change of a cart is sent again only with a requestId, and is made once", async () => {
  const itemId = await listItem(shop, 50);
  const userId = await signUp(shop);
  fates = ["lost", "passed", "lost"];
  const change = { userId, itemId, quantity: 2 };
  await through().cart.add.mutate({ ...change, requestId: crypto.randomUUID() });
  expect(await failureThrough(through().cart.add.mutate(change))).toBe("UNREACHABLE");
  expect(requests).toHaveLength(3);
  const cart = await shop.client.cart.get.query({ userId });
  expect(cart?.lines).toMatchObject([{ itemId, quantity: 4 }]);
});

test("the token is asked for before each request, so that signing in and out takes effect", async () => {
  const userId = await signUp(shop);
  const tokens = ["first", undefined];
  const client = through({ getToken: () => tokens.shift() });
  expect(await failureThrough(client.cart.get.query({ userId }))).toBe("TOKEN_INVALID");
  expect(await client.cart.get.query({ userId })).toBeNull();
  expect(requests.map((request) => request.authorization)).toEqual(["Bearer first", undefined]);
});

test("pauses grow, stay below two seconds, and differ from client to client", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (n, draw) => {
        const pause = pauseAfter(n, () => draw);
        expect(pause).toBeGreaterThanOrEqual(100);
        expect(pause).toBeLessThan(2_000);
        expect(pauseAfter(n + 1, () => draw)).toBeGreaterThanOrEqual(pause);
      },
    ),
  );
  expect(new Set(Array.from({ length: 20 }, () => pauseAfter(1))).size).toBeGreaterThan(1);
});
