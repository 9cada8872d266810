import { execFile, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { startApi } from "../server.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const shop = useTestShop();

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function send(path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${shop.url}${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: { "content-type": "application/json", ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

let people = 0;
async function customer(): Promise<number> {
  people += 1;
  const { body } = await send("/customers/", {
    first_name: "Ada",
    last_name: "Reyes",
    email: `rest${people}@example.com`,
    joined_at: "1999-12-31T23:59:59",
  });
  return body["id"] as number;
}

interface Listed {
  id: number;
  vendorId: number;
}

async function item(price: number, stock?: number): Promise<Listed> {
  const vendor = await send("/vendors/", { vendor_name: "Hubbard", region: "GW" });
  const listed = await send(`/inventory/?vendor_id=${String(vendor.body["id"])}`, {
    item_name: "chair",
    category: "1",
    price,
    ...(stock === undefined ? {} : { stock }),
  });
  return { id: listed.body["id"] as number, vendorId: vendor.body["id"] as number };
}

function line({ id, vendorId }: Listed, qty: number, price: number) {
  return {
    item_id: String(id),
    vendor_id: String(vendorId),
    qty,
    unit_price: price,
    total_price: qty * price,
  };
}

async function fill(listed: Listed, qty: number, price: number): Promise<number> {
  const userId = await customer();
  const put = await send("/cart/", { user_id: userId, cart: [line(listed, qty, price)] });
  expect(put.status).toBe(201);
  return userId;
}

describe("the calls of the shop's first API", () => {
  test("customers, vendors, items, carts and checkouts are created with 201, in snake_case", async () => {
    const signedUp = await send("/customers/", {
      first_name: "Joshua",
      last_name: "Smith",
      email: "walterwells@example.com",
      joined_at: "1999-12-31T23:59:59",
    });
    expect(signedUp).toMatchObject({
      status: 201,
      body: {
        id: expect.any(Number),
        first_name: "Joshua",
        last_name: "Smith",
        email: "walterwells@example.com",
        joined_at: "2026-03-01T12:00:00.000000Z",
      },
    });
    const userId = signedUp.body["id"] as number;
    const vendor = await send("/vendors/", { vendor_name: "Cooper-Webb", region: "AZ" });
    expect(vendor).toMatchObject({ status: 201, body: { vendor_name: "Cooper-Webb" } });
    const vendorId = vendor.body["id"] as number;
    const listed = await send(`/inventory/?vendor_id=${vendorId}`, {
      item_name: "lamp",
      category: "1",
      price: 120,
    });
    expect(listed).toMatchObject({
      status: 201,
      body: { item_name: "lamp", category: 1, price: "120.00", vendor_id: vendorId },
    });
    const lamp = { id: listed.body["id"] as number, vendorId };
    for (let round = 0; round < 2; round += 1) {
      const cart = { user_id: userId, cart: [line(lamp, 10, 120), line(lamp, 500, 120)] };
      expect(await send("/cart/", cart)).toMatchObject({
        status: 201,
        body: { user_id: userId, total_price: "61200.00" },
      });
      const bought = await send("/checkout/", { user_id: userId });
      expect(bought).toMatchObject({
        status: 201,
        body: { user_id: userId, total_price: "61200.00", transaction_id: expect.any(String) },
      });
    }
    const history = await send(`/transactions/?user_id=${userId}`);
    expect(history.body["items"]).toHaveLength(2);
  });

  test.each([
    ["/customers", { first_name: "A", last_name: "B", email: "noslash@example.com" }],
    ["/vendors", { vendor_name: "A", region: "B" }],
  ])("%s is served without the slash at its end, too", async (path, body) => {
    expect((await send(path, body)).status).toBe(201);
  });

  test("prices and vendors of the client's own making are refused, line by line", async () => {
    const lamp = await item(120);
    const userId = await customer();
    const wrong = { ...line(lamp, 2, 7), vendor_id: "999" };
    expect(await send("/cart/", { user_id: userId, cart: [wrong] })).toMatchObject({
      status: 409,
      body: {
        mercado: "CART_MISMATCH",
        details: {
          lines: [
            { line_number: 1, field: "vendor_id", sent: 999, actual: lamp.vendorId },
            { line_number: 1, field: "unit_price", sent: "7.00", actual: "120.00" },
            { line_number: 1, field: "total_price", sent: "14.00", actual: "240.00" },
          ],
        },
      },
    });
    expect((await send(`/cart/?user_id=${userId}`)).status).toBe(404);
  });
});

describe("a checkout over REST", () => {
  test("buys once, however often it is repeated with its key, also beside a new cart", async () => {
    const lamp = await item(120, 10);
    const userId = await fill(lamp, 3, 120);
    const buy = () => send("/checkout/", { user_id: userId }, { "idempotency-key": "order-1" });
    const [first, second] = await Promise.all([buy(), buy()]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    await send("/cart/", { user_id: userId, cart: [line(lamp, 1, 120)] });
    expect((await buy()).body).toEqual(first.body);
    expect((await send(`/inventory/${lamp.id}`)).body).toMatchObject({ stock: 7 });
  });

  test("without a key is a purchase of its own: of nothing, when the cart has been bought", async () => {
    const userId = await fill(await item(120), 3, 120);
    expect((await send("/checkout/", { user_id: userId })).status).toBe(201);
    expect(await send("/checkout/", { user_id: userId })).toMatchObject({
      status: 400,
      body: { mercado: "CART_EMPTY" },
    });
  });

  test("that says what the customer saw is refused when it is not so", async () => {
    const userId = await fill(await item(120), 3, 120);
    const { version } = (await send(`/cart/?user_id=${userId}`)).body;
    const buy = (total: string) =>
      send("/checkout/", { user_id: userId, cart_version: version, expected_total: total });
    expect(await buy("1.00")).toMatchObject({ status: 409, body: { mercado: "PRICE_CHANGED" } });
    expect((await buy("360.00")).status).toBe(201);
  });

  test("beyond the stock is refused", async () => {
    const userId = await fill(await item(5, 2), 3, 5);
    expect(await send("/checkout/", { user_id: userId })).toMatchObject({
      status: 409,
      body: { mercado: "STOCK_INSUFFICIENT" },
    });
  });
});

describe("reading over REST", () => {
  test("what was written is found again", async () => {
    const lamp = await item(9);
    const userId = await fill(lamp, 2, 9);
    expect((await send(`/customers/${userId}`)).body).toMatchObject({ first_name: "Ada" });
    expect((await send(`/vendors/${lamp.vendorId}`)).body).toMatchObject({ region: "GW" });
    expect((await send(`/inventory/?vendor_id=${lamp.vendorId}&limit=5`)).body).toMatchObject({
      items: [{ id: lamp.id, vendor_id: lamp.vendorId }],
      next_cursor: null,
    });
    expect((await send(`/cart?user_id=${userId}`)).body).toMatchObject({
      cart: [{ item_id: lamp.id, qty: 2, unit_price: "9.00", line_number: 1 }],
    });
  });

  test("truths in a query are read as such", async () => {
    const lamp = await item(9, 0);
    const found = (inStock: string) =>
      send(`/inventory/?vendor_id=${lamp.vendorId}&in_stock=${inStock}`);
    expect((await found("true")).body).toMatchObject({ items: [] });
    expect((await found("false")).body).toMatchObject({ items: [{ id: lamp.id }] });
    expect((await found("perhaps")).status).toBe(400);
  });

  test("what is not there is 404, with the procedures' own code", async () => {
    expect(await send("/customers/999999")).toMatchObject({
      status: 404,
      body: { mercado: "CUSTOMER_NOT_FOUND", requestId: expect.any(String) },
    });
  });
});

describe("a REST request that is wrong", () => {
  test.each<[name: string, path: string, body: unknown, path: string]>([
    [
      "a field of the wrong form",
      "/customers/",
      { first_name: "", last_name: "B", email: "x@y.zz" },
      "first_name",
    ],
    [
      "a field within a line",
      "/cart/",
      { user_id: 1, cart: [{ item_id: 1, qty: 0 }] },
      "cart.0.qty",
    ],
    ["a field named as the procedures name it", "/cart/", { userId: 1, cart: [] }, "userId"],
    ["an id that is none", "/checkout/", { user_id: "abc" }, "user_id"],
  ])("%s is named in the words of REST", async (_name, path, body, wrong) => {
    const answer = await send(path, body);
    expect(answer).toMatchObject({
      status: 400,
      body: { mercado: "INPUT_INVALID", details: { issues: [{ path: wrong }] } },
    });
    expect(answer.body["message"]).toContain(wrong);
  });

  test.each([
    ["no object", "[1]"],
    ["no JSON", "{broken"],
    ["a key of a prototype", '{"__proto__":{"admin":true}}'],
    ["a key of a constructor", '{"constructor":{"prototype":{"admin":true}}}'],
  ])("%s is refused", async (_name, body) => {
    const response = await fetch(`${shop.url}/vendors/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ mercado: "INPUT_INVALID" });
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });
});

test.each<[body: object | undefined, path: string, said: string]>([
  [undefined, "/customers/999999", "or look it up with GET /customers/."],
  [undefined, "/vendors/999999", "or look it up with GET /vendors/."],
  [undefined, "/inventory/999999", "Look items up with GET /inventory/."],
  [undefined, `/transactions/${randomUUID()}`, "Look for it in GET /transactions/."],
  [undefined, "/cart/?guest_id=x", "must be a UUID, as POST /trpc/cart.createGuest gives it"],
  [undefined, "/inventory/?cursor=x", "must be a next_cursor of an earlier page"],
  [{ user_id: 1, cart: [{ item_id: 1, qty: 1, a_colour: 1 }] }, "/cart/", '"a_colour\\"'],
])("a refusal of %j to %s sends nobody to a name that is not one of REST's", async (...call) => {
  const [body, path, said] = call;
  const { status, body: refused } = await send(path, body);
  expect(status).toBeGreaterThanOrEqual(400);
  const { message, hint, details } = refused;
  const text = JSON.stringify({ message, hint, details });
  expect(text).toContain(said);
  expect(text.replaceAll("/trpc/cart.createGuest", "")).not.toMatch(/[a-z][A-Z]|\w\.search/);
});

test("a total that is not right any more is refused with a hint that names details as they are here", async () => {
  const userId = await customer();
  await send("/cart/", { user_id: userId, cart: [line(await item(5), 1, 5)] });
  const { version } = (await send(`/cart/?user_id=${userId}`)).body;
  const checkout = { user_id: userId, cart_version: version, expected_total: "1.00" };
  const { body } = await send("/checkout/", checkout);
  expect(body).toMatchObject({ mercado: "PRICE_CHANGED", details: { total_price: "5.00" } });
  expect(body["hint"]).toContain("with details.total_price as expected_total");
  const stale = await send("/checkout/", { ...checkout, cart_version: Number(version) + 1 });
  expect(stale.body).toMatchObject({ mercado: "CART_CHANGED", details: { version } });
});

test("roles hold for REST as they do for the procedures", async () => {
  const { postgresUrl, dynamodb } = shop;
  const secret = "a secret of more than thirty-two bytes";
  const api = await startApi({ postgresUrl, dynamodb, authentication: { kind: "secret", secret } });
  const post = async (path: string, token?: string): Promise<Answer> => {
    const authorization: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${api.url}${path}`, { headers: authorization });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  try {
    expect(await post("/cart/?user_id=1")).toMatchObject({
      status: 401,
      body: { mercado: "UNAUTHORIZED" },
    });
    expect(await post("/cart/?user_id=1", "x.y.z")).toMatchObject({
      status: 401,
      body: { mercado: "TOKEN_INVALID" },
    });
    expect((await post("/inventory/")).status).toBe(200);
  } finally {
    await api.close();
  }
});

const SCRIPT = fileURLToPath(new URL("testing/first_api.py", import.meta.url));
const python = process.env["MERCADO_TEST_PYTHON"] ?? "python3";
const has = spawnSync(python, ["-c", "import requests, faker"]).status === 0;

(has ? test : test.skip)(
  `Python callers with requests and faker get 201 for everything${has ? "" : " (skipped: no python3 with both)"}`,
  async () => {
    const { stdout } = await promisify(execFile)(python, [SCRIPT, shop.url]);
    const counts = JSON.parse(stdout) as Record<string, Record<string, number>>;
    expect(counts).toEqual({
      customers: { "201": 10 },
      vendors: { "201": 5 },
      inventory: { "201": 50 },
      cart: { "201": 30 },
      checkout: { "201": 20 },
      "cart with another price": { "409": 10 },
    });
  },
);

test.each([
  ["GET", "/cart/", "user_id"],
  ["GET", "/transactions/", "user_id"],
  ["POST", "/cart/", "user_id"],
  ["POST", "/checkout/", "user_id"],
  ["POST", "/inventory/", "vendor_id"],
])("%s %s by an admin who names nobody is told the field as it is called here", async (...call) => {
  const [method, path, field] = call;
  const bodies: Record<string, object> = {
    "/cart/": { cart: [line(await item(1), 1, 1)] },
    "/inventory/": { item_name: "chair", category: "1", price: 1 },
  };
  const body = method === "POST" ? (bodies[path] ?? {}) : undefined;
  const refused = await send(path, body);
  expect(refused).toMatchObject({
    status: 400,
    body: {
      message: expect.stringContaining(`(${field}: is missing)`),
      hint: expect.stringContaining(`in ${field}`),
    },
  });
  const named = await send(`${path}?${field}=999999`, body);
  expect(JSON.stringify(named.body)).not.toMatch(/names are in snake_case|is missing/);
});
