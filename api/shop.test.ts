import { describe, expect, test } from "@jest/globals";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { SQLQuery } from "@databases/pg";
import { sql } from "./postgres/pool.ts";
import { failureOf, listItems, signUp } from "./testing.ts";
import { useTestShop } from "./testing/use-test-shop.ts";

const shop = useTestShop();

describe("customers", () => {
  test("a customer who signs up is found again, with the server's time of joining", async () => {
    const { client } = shop;
    const created = await client.customer.create.mutate({
      firstName: " Joshua ",
      lastName: "O'Smith",
      email: "Walter.Wells@example.com",
    });
    expect(created).toMatchObject({
      firstName: "Joshua",
      lastName: "O'Smith",
      joinedAt: "2026-03-01T12:00:00.000000Z",
    });
    expect(await client.customer.get.query({ id: created.id })).toEqual(created);
    const email = "WALTER.wells@EXAMPLE.com";
    expect(await client.customer.byEmail.query({ email })).toEqual(created);
    expect((await client.customer.search.query({ name: "shua o'" })).items).toEqual([created]);
    expect((await client.customer.search.query({ email: "wells@" })).items).toEqual([created]);
  });

  test("an email can sign up once only, in whatever case, also when two try at once", async () => {
    const sign = (email: string) =>
      shop.client.customer.create.mutate({ firstName: "A", lastName: "B", email });
    const outcomes = await Promise.all([
      failureOf(sign("twin@example.com")),
      failureOf(sign("TWIN@example.com")),
    ]);
    expect(outcomes.sort()).toEqual(["EMAIL_TAKEN", "no failure"]);
  });

  test("a text that looks like SQL is only a text", async () => {
    const name = "'); drop table customer; --";
    const created = await shop.client.customer.create.mutate({
      firstName: name,
      lastName: "B",
      email: "bobby@example.com",
    });
    expect((await shop.client.customer.search.query({ name })).items).toEqual([created]);
  });
});

describe("search", () => {
  test("wildcards in what is searched are letters like any other", async () => {
    const { client } = shop;
    const vendor = await client.vendor.create.mutate({ vendorName: "50%_off\\", region: "PH" });
    await client.vendor.create.mutate({ vendorName: "500 offers", region: "PH" });
    for (const vendorName of ["50%_OFF", "%_", "\\"]) {
      expect((await client.vendor.search.query({ vendorName })).items).toEqual([vendor]);
    }
  });

  test("items are found by their name, their vendor's name, and category", async () => {
    const { client } = shop;
    const vendor = await client.vendor.create.mutate({
      vendorName: "Marquez-Stanley",
      region: "C",
    });
    const common = { vendorId: vendor.id, price: "1.00" };
    const lamp = await client.inventory.create.mutate({
      ...common,
      itemName: "Desk Lamp",
      category: 3,
    });
    const desk = await client.inventory.create.mutate({ ...common, itemName: "Desk", category: 4 });
    const { search } = client.inventory;
    expect((await search.query({ itemName: "desk l" })).items).toEqual([lamp]);
    expect((await search.query({ vendorName: "QUEZ-s" })).items).toEqual([lamp, desk]);
    expect((await search.query({ vendorName: "quez", category: 4 })).items).toEqual([desk]);
    expect((await search.query({ itemName: "lamp", vendorName: "nobody" })).items).toEqual([]);
  });

  test("pages show every item once, also those listed meanwhile", async () => {
    const listed = await listItems(
      shop,
      Array.from({ length: 5 }, () => ({ price: "2.00", stock: 1 })),
    );
    const { vendorId } = await shop.client.inventory.get.query({ id: listed[0]! });
    const first = await shop.client.inventory.search.query({ vendorId, limit: 2 });
    const late = { vendorId, itemName: "late", category: 1, price: "1.00" };
    listed.push((await shop.client.inventory.create.mutate(late)).id);
    const seen = first.items.map((item) => item.id);
    let cursor = first.nextCursor;
    while (cursor !== null) {
      const page = await shop.client.inventory.search.query({ vendorId, limit: 2, cursor });
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(listed);
  });
});

describe("inventory", () => {
  test("an item of a vendor who does not exist is refused", async () => {
    const item = { vendorId: 999_999, itemName: "x", category: 1, price: "1.00" };
    expect(await failureOf(shop.client.inventory.create.mutate(item))).toBe("VENDOR_NOT_FOUND");
  });

  test("updated_at moves with every change, whoever makes it", async () => {
    const [id] = await listItems(shop, [{ price: "1.00", stock: 5 }]);
    const before = await shop.client.inventory.get.query({ id: id! });
    await shop.pool.query(
      sql`update inventory set stock = 4, updated_at = 'epoch' where id = ${id}`,
    );
    const after = await shop.client.inventory.get.query({ id: id! });
    expect(after.updatedAt > before.updatedAt).toBe(true);
  });
});

describe("carts", () => {
  test("the shop fills in vendor, name, category, price and total", async () => {
    const userId = await signUp(shop);
    const [chair, table] = await listItems(shop, [
      { price: "0.10", stock: 9 },
      { price: "99999999.99", stock: 9 },
    ]);
    const lines = [
      { itemId: chair!, quantity: 3 },
      { itemId: table!, quantity: 10_000, unitPrice: "99999999.99" },
    ];
    const cart = await shop.client.cart.put.mutate({ userId, lines });
    expect(cart).toMatchObject({
      userId,
      guestId: null,
      updatedAt: "2026-03-01T12:00:00.000000Z",
      pricesAsOf: "2026-03-01T12:00:00.000000Z",
      expiresAt: "2026-03-31T12:00:00.000000Z",
      totalPrice: "999999999900.30",
      lines: [
        { lineNumber: 1, itemName: "item 0", unitPrice: "0.10", totalPrice: "0.30" },
        { lineNumber: 2, itemName: "item 1", totalPrice: "999999999900.00" },
      ],
    });
    expect(await shop.client.cart.get.query({ userId })).toEqual(cart);
  });

  test("are kept in DynamoDB in the form that extraction reads, with exact numbers", async () => {
    const userId = await signUp(shop);
    const [item] = await listItems(shop, [{ price: "12.35", stock: 9 }]);
    const lines = [{ itemId: item!, quantity: 2 }];
    const { version } = await shop.client.cart.put.mutate({ userId, lines });
    const Key = { pk: { S: `USER#${userId}` }, sk: { S: "CART" } };
    const stored = await shop.table.client.send(
      new GetItemCommand({ TableName: "mercado_ecommerce", Key }),
    );
    expect(stored.Item).toMatchObject({
      user_id: { S: String(userId) },
      version: { N: String(version) },
      expires_at: { N: String(Date.UTC(2026, 2, 31, 12) / 1_000) },
      updated_at: { S: "2026-03-01T12:00:00.000000Z" },
      cart: {
        L: [
          {
            M: {
              line_number: { N: "1" },
              item_id: { S: String(item) },
              qty: { N: "2" },
              unit_price: { N: "12.35" },
              total_price: { N: "24.7" },
              category: { N: "1" },
            },
          },
        ],
      },
    });
  });

  test("a price or vendor that the client made up is refused, line by line", async () => {
    const userId = await signUp(shop);
    const [item] = await listItems(shop, [{ price: "10.00", stock: 9 }]);
    const lines = [{ itemId: item!, quantity: 2, unitPrice: "1.00", vendorId: 12_345 }];
    await expect(shop.client.cart.put.mutate({ userId, lines })).rejects.toMatchObject({
      data: {
        code: "CONFLICT",
        mercado: "CART_MISMATCH",
        details: {
          lines: [
            { lineNumber: 1, field: "vendorId", sent: 12_345 },
            { lineNumber: 1, field: "unitPrice", sent: "1.00", actual: "10.00" },
          ],
        },
      },
    });
    expect(await shop.client.cart.get.query({ userId })).toBeNull();
  });

  test("unknown items and customers are named", async () => {
    const userId = await signUp(shop);
    const [item] = await listItems(shop, [{ price: "10.00", stock: 9 }]);
    const put = (user: number, itemId: number) =>
      failureOf(shop.client.cart.put.mutate({ userId: user, lines: [{ itemId, quantity: 1 }] }));
    expect(await put(userId, 888_888)).toBe("ITEM_NOT_FOUND");
    expect(await put(888_888, item!)).toBe("CUSTOMER_NOT_FOUND");
  });

  test("of two changes to the same version, one is told that the cart changed", async () => {
    const userId = await signUp(shop);
    const [item] = await listItems(shop, [{ price: "10.00", stock: 9 }]);
    const put = (quantity: number, expectedVersion?: number) =>
      shop.client.cart.put.mutate({
        userId,
        expectedVersion,
        lines: [{ itemId: item!, quantity }],
      });
    const { version } = await put(1);
    const outcomes = await Promise.all([failureOf(put(2, version)), failureOf(put(3, version))]);
    expect(outcomes.sort()).toEqual(["CART_CHANGED", "no failure"]);
    expect((await shop.client.cart.get.query({ userId }))?.version).toBe(version + 1);
  });
});

describe("failures", () => {
  test("bad input is answered with each field that is wrong", async () => {
    const bad = { vendorId: 1, itemName: "", category: 1, price: "1.999" };
    await expect(shop.client.inventory.create.mutate(bad)).rejects.toMatchObject({
      data: {
        code: "BAD_REQUEST",
        mercado: "INPUT_INVALID",
        details: { issues: [{ path: "itemName" }, { path: "price" }] },
      },
    });
  });

  test("neither a stack nor a database's text reaches the client", async () => {
    await shop.pool.query(sql`alter table vendor rename to vendor_away`);
    try {
      const response = await fetch(
        `${shop.url}/trpc/vendor.get?input=${encodeURIComponent('{"id":1}')}`,
      );
      const body = await response.text();
      expect(response.status).toBe(500);
      expect(body).toContain('"mercado":"INTERNAL"');
      expect(body).not.toMatch(/relation|stack|select|node_modules/i);
    } finally {
      await shop.pool.query(sql`alter table vendor_away rename to vendor`);
    }
  });

  test.each([
    ["/trpc/nothing.here", 404, "NOT_FOUND"],
    ["/nowhere", 404, "NOT_FOUND"],
    ["/trpc/vendor.get?input=%7Bbroken", 400, "INPUT_INVALID"],
    ["/trpc/vendor.create", 405, "INPUT_INVALID"],
  ])("GET %s is answered with %i and the code %s", async (path, status, code) => {
    const response = await fetch(`${shop.url}${path}`);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(`"mercado":"${code}"`);
  });

  test("a body beyond a mebibyte, or not JSON, is refused", async () => {
    const post = (body: string) =>
      fetch(`${shop.url}/trpc/vendor.create`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    expect((await post(JSON.stringify({ vendorName: "x".repeat(2_000_000) }))).status).toBe(413);
    expect((await post("{broken")).status).toBe(400);
  });
});

test("a Postgres that ends its connections is reached again, and the client hears no more than that", async () => {
  await Promise.all(Array.from({ length: 5 }, () => shop.client.vendor.search.query({})));
  await shop.pool.query(
    sql`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'mercado-api' and pid <> pg_backend_pid()`,
  );
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () => failureOf(shop.client.vendor.search.query({}))),
  );
  for (const outcome of outcomes) expect(["no failure", "SERVICE_UNAVAILABLE"]).toContain(outcome);
  expect(await failureOf(shop.client.vendor.search.query({}))).toBe("no failure");
});

test("a Postgres that takes no writes just now is unavailable, and not at fault, until it takes them again", async () => {
  const list = () =>
    failureOf(shop.client.vendor.create.mutate({ vendorName: "Hubbard", region: "GW" }));
  /** Of sessions from now on; those of the service are ended. */
  async function setReadOnly(setting: SQLQuery): Promise<void> {
    await shop.pool.query([
      sql`set default_transaction_read_only = off`,
      sql`alter database mercado set default_transaction_read_only = ${setting}`,
      sql`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'mercado-api' and pid <> pg_backend_pid()`,
    ]);
    await Promise.all(Array.from({ length: 5 }, list));
  }
  await setReadOnly(sql`on`);
  const refused = await list();
  const ready = await fetch(`${shop.url}/ready`);
  await setReadOnly(sql`off`);
  expect(refused).toBe("SERVICE_UNAVAILABLE");
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ postgres: "read-only", dynamodb: "ok" });
  expect(await list()).toBe("no failure");
});

test("the service says that it is alive, and whether its databases are", async () => {
  expect(await (await fetch(`${shop.url}/health`)).json()).toEqual({ status: "ok" });
  expect(await (await fetch(`${shop.url}/ready`)).json()).toEqual({
    status: "ready",
    postgres: "ok",
    dynamodb: "ok",
  });
});
