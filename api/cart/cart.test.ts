import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { DeleteItemCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { createShopClient } from "../client.ts";
import { cartKey } from "../dynamodb/keys.ts";
import { sql } from "../postgres/pool.ts";
import { signToken } from "../roles/sign-token.ts";
import { startApi, type Api } from "../server.ts";
import { failureOf, listItem, listItems, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import type { CartOwner } from "../values/cart.ts";
import { unitsOf } from "./testing.ts";

const DAY = 86_400_000;
const SECRET = "a secret of more than thirty-two bytes";

const shop = useTestShop(() => guarded.close());
let guarded: Api;
let cup: number;
let pot: number;
beforeAll(async () => {
  const { postgresUrl, dynamodb } = shop;
  const authentication = { kind: "secret", secret: SECRET } as const;
  const clock = () => shop.time.now;
  guarded = await startApi({ postgresUrl, dynamodb, clock, authentication });
  const items = [
    { price: "2.50", stock: 1_000_000 },
    { price: "40.00", stock: 1_000_000 },
  ];
  [cup, pot] = (await listItems(shop, items)) as [number, number];
});
beforeEach(() => {
  shop.time.now = new Date("2026-03-01T12:00:00Z");
});

const { cart, checkout } = { cart: () => shop.client.cart, checkout: () => shop.client.checkout };
const pass = (days: number) => {
  shop.time.now = new Date(shop.time.now.getTime() + days * DAY);
};

async function buy(userId: number, idempotencyKey: string) {
  const shown = await cart().get.query({ userId });
  const { version: cartVersion = 1, totalPrice: expectedTotal = "0" } = shown ?? {};
  return checkout().create.mutate({ userId, idempotencyKey, cartVersion, expectedTotal });
}

describe("a cart", () => {
  test("is added to, changed and emptied line by line, each time at the next version", async () => {
    const userId = await signUp(shop);
    const first = await cart().add.mutate({ userId, itemId: cup, quantity: 2 });
    const steps = [
      await cart().add.mutate({ userId, itemId: pot, quantity: 1 }),
      await cart().add.mutate({ userId, itemId: cup, quantity: 1 }),
      await cart().change.mutate({ userId, itemId: pot, quantity: 5 }),
      await cart().remove.mutate({ userId, itemId: cup }),
      await cart().clear.mutate({ userId }),
    ];
    expect(steps.map((step) => [step!.version - first.version, unitsOf(step)])).toEqual([
      [
        1,
        [
          [cup, 2],
          [pot, 1],
        ],
      ],
      [
        2,
        [
          [cup, 3],
          [pot, 1],
        ],
      ],
      [
        3,
        [
          [cup, 3],
          [pot, 5],
        ],
      ],
      [4, [[pot, 5]]],
      [5, []],
    ]);
    const emptied = await cart().get.query({ userId });
    expect(emptied).toEqual(steps[4]);
    expect(emptied).toMatchObject({ lines: [], totalPrice: "0.00" });
    expect(await failureOf(buy(userId, "nothing"))).toBe("CART_EMPTY");
  });

  test("that is not there has nothing to take out", async () => {
    const userId = await signUp(shop);
    expect(await cart().clear.mutate({ userId })).toBeNull();
    expect(await cart().remove.mutate({ userId, itemId: cup })).toBeNull();
    expect(await failureOf(cart().change.mutate({ userId, itemId: cup, quantity: 1 }))).toBe(
      "ITEM_NOT_IN_CART",
    );
  });

  test("stays as it is when what is to be taken out is not in it", async () => {
    const userId = await signUp(shop);
    const before = await cart().add.mutate({ userId, itemId: cup, quantity: 2 });
    expect(await cart().remove.mutate({ userId, itemId: pot })).toEqual(before);
  });

  test("holds at most 10,000 units on a line, also after adding", async () => {
    const userId = await signUp(shop);
    await cart().add.mutate({ userId, itemId: cup, quantity: 9_999 });
    await cart().add.mutate({ userId, itemId: cup, quantity: 1 });
    await expect(cart().add.mutate({ userId, itemId: cup, quantity: 1 })).rejects.toMatchObject({
      data: {
        code: "CONFLICT",
        mercado: "CART_LIMIT",
        details: { itemId: cup, quantity: 10_001, maximumQuantity: 10_000 },
      },
    });
  });

  test("takes no item that is not sold, nor from a vendor or at a price that is another", async () => {
    const userId = await signUp(shop);
    const gone = await listItem(shop, 5);
    await shop.client.inventory.archive.mutate({ id: gone });
    const add = (line: { itemId: number; vendorId?: number; unitPrice?: string }) =>
      failureOf(cart().add.mutate({ userId, quantity: 1, ...line }));
    expect(await add({ itemId: gone })).toBe("ITEM_NOT_FOUND");
    expect(await add({ itemId: 888_888 })).toBe("ITEM_NOT_FOUND");
    expect(await add({ itemId: cup, vendorId: 777 })).toBe("CART_MISMATCH");
    expect(await add({ itemId: cup, unitPrice: "2.49" })).toBe("CART_MISMATCH");
    expect(await add({ itemId: cup, unitPrice: "2.5" })).toBe("no failure");
  });

  test("of nobody, or of a customer who was archived, is not filled", async () => {
    const userId = await signUp(shop);
    await cart().add.mutate({ userId, itemId: cup, quantity: 1 });
    await shop.client.customer.archive.mutate({ id: userId });
    const add = (user: number) =>
      failureOf(cart().add.mutate({ userId: user, itemId: cup, quantity: 1 }));
    expect(await add(userId)).toBe("CUSTOMER_NOT_FOUND");
    expect(await add(888_888)).toBe("CUSTOMER_NOT_FOUND");
  });

  test("says when its prices were asked, line by line and of the oldest", async () => {
    const userId = await signUp(shop);
    await cart().add.mutate({ userId, itemId: cup, quantity: 1 });
    pass(1);
    expect(await cart().add.mutate({ userId, itemId: pot, quantity: 1 })).toMatchObject({
      pricesAsOf: "2026-03-01T12:00:00.000000Z",
      updatedAt: "2026-03-02T12:00:00.000000Z",
      lines: [
        { itemId: cup, pricedAt: "2026-03-01T12:00:00.000000Z" },
        { itemId: pot, pricedAt: "2026-03-02T12:00:00.000000Z" },
      ],
    });
  });
});

describe("a cart that is refreshed", () => {
  test("says of each line what a checkout would refuse, and keeps showing what it showed", async () => {
    const userId = await signUp(shop);
    const [dearer, gone, scarce, same] = (await listItems(
      shop,
      ["10.00", "1.00", "1.00", "1.00"].map((price) => ({ price, stock: 5 })),
    )) as [number, number, number, number];
    const lines = [dearer, gone, scarce, same].map((itemId) => ({ itemId, quantity: 2 }));
    const shown = await cart().put.mutate({ userId, lines });
    await shop.client.inventory.update.mutate({ id: dearer, price: "11.00" });
    await shop.client.inventory.archive.mutate({ id: gone });
    await shop.client.inventory.update.mutate({ id: scarce, stock: 1 });
    pass(1);
    const { current, ...unchanged } = (await cart().get.query({ userId, refresh: true }))!;
    expect(unchanged).toEqual(shown);
    expect(current).toMatchObject({
      asOf: "2026-03-02T12:00:00.000000Z",
      totalPrice: "26.00",
      differences: [
        { lineNumber: 1, reason: "PRICE_CHANGED", current: { unitPrice: "11.00" } },
        { lineNumber: 2, reason: "ITEM_UNAVAILABLE", current: null },
        { lineNumber: 3, reason: "STOCK_INSUFFICIENT", current: { available: 1 } },
      ],
    });
    await expect(buy(userId, "refused")).rejects.toMatchObject({
      data: { details: { lines: current!.differences } },
    });
  });

  test("shows the new price once its line is put again", async () => {
    const userId = await signUp(shop);
    const item = await listItem(shop, 5, "10.00");
    await cart().add.mutate({ userId, itemId: item, quantity: 2 });
    await shop.client.inventory.update.mutate({ id: item, price: "11.00" });
    await cart().change.mutate({ userId, itemId: item, quantity: 2 });
    expect(await cart().get.query({ userId, refresh: true })).toMatchObject({
      totalPrice: "22.00",
      current: { totalPrice: "22.00", differences: [] },
    });
  });
});

describe("two who change one cart at once", () => {
  test("both have what they added, however many they are", async () => {
    const userId = await signUp(shop);
    await Promise.all(
      Array.from({ length: 8 }, () => cart().add.mutate({ userId, itemId: cup, quantity: 1 })),
    );
    expect(unitsOf(await cart().get.query({ userId }))).toEqual([[cup, 8]]);
  });

  test("are told apart by the version that each has read, if they say it", async () => {
    const userId = await signUp(shop);
    const { version } = await cart().add.mutate({ userId, itemId: cup, quantity: 1 });
    const change = (expectedVersion: number) =>
      failureOf(cart().add.mutate({ userId, itemId: pot, quantity: 1, expectedVersion }));
    const outcomes = await Promise.all([change(version), change(version)]);
    expect(outcomes.sort()).toEqual(["CART_CHANGED", "no failure"]);
    const clear = cart().clear.mutate({ userId, expectedVersion: version });
    await expect(clear).rejects.toMatchObject({
      data: { mercado: "CART_CHANGED", details: { version: version + 1 } },
    });
    const remove = cart().remove.mutate({ userId, itemId: cup, expectedVersion: version });
    expect(await failureOf(remove)).toBe("CART_CHANGED");
    expect(unitsOf(await cart().get.query({ userId }))).toEqual([
      [cup, 1],
      [pot, 1],
    ]);
  });
});

describe("a change that is sent again with its request id", () => {
  test("is made once, and answered with the cart as it is, at whatever version", async () => {
    const userId = await signUp(shop);
    const add = (requestId?: string, expectedVersion?: number) =>
      cart().add.mutate({ userId, itemId: cup, quantity: 2, requestId, expectedVersion });
    const first = await add("tap-1");
    expect(await add("tap-1")).toEqual(first);
    expect(await add("tap-2", first.version)).toMatchObject({ lines: [{ quantity: 4 }] });
    expect(await add("tap-2", first.version)).toMatchObject({ lines: [{ quantity: 4 }] });
    const repeated = await Promise.all([1, 2, 3].map(() => add("tap-3")));
    expect(repeated.map((one) => one.lines[0]?.quantity)).toEqual([6, 6, 6]);
    expect(await add()).toMatchObject({ lines: [{ quantity: 8 }] });
  });

  test("is remembered through twenty further changes", async () => {
    const userId = await signUp(shop);
    const add = (requestId: string) =>
      cart().add.mutate({ userId, itemId: cup, quantity: 1, requestId });
    for (let change = 0; change < 20; change += 1) await add(`change-${change}`);
    expect(await add("change-0")).toMatchObject({ lines: [{ quantity: 20 }] });
  });
});

describe("a version of a cart never comes back", () => {
  test("after a checkout", async () => {
    const userId = await signUp(shop);
    const put = () => cart().put.mutate({ userId, lines: [{ itemId: cup, quantity: 1 }] });
    await put();
    const { version } = await put();
    await buy(userId, "first");
    expect(await cart().get.query({ userId })).toBeNull();
    expect((await put()).version).toBe(version + 1);
  });

  test("after it has expired, whether DynamoDB has deleted it or not", async () => {
    for (const deleted of [false, true]) {
      const userId = await signUp(shop);
      const before = await cart().add.mutate({ userId, itemId: cup, quantity: 1 });
      pass(31);
      if (deleted) {
        const Key = { ...cartKey({ userId }) };
        await shop.table.client.send(new DeleteItemCommand({ TableName: shop.table.name, Key }));
      }
      const after = await cart().add.mutate({ userId, itemId: pot, quantity: 1 });
      expect(after.version).toBeGreaterThan(before.version);
      expect(unitsOf(after)).toEqual([[pot, 1]]);
    }
  });
});

describe("an expired cart", () => {
  const expired = async () => {
    const userId = await signUp(shop);
    const { version } = await cart().add.mutate({ userId, itemId: cup, quantity: 1 });
    pass(30);
    return { userId, version };
  };

  test("is gone on the day, and not before; every change gives it its days anew", async () => {
    const userId = await signUp(shop);
    const filled = await cart().add.mutate({ userId, itemId: cup, quantity: 1 });
    expect(filled.expiresAt).toBe("2026-03-31T12:00:00.000000Z");
    pass(29);
    expect(await cart().get.query({ userId })).toEqual(filled);
    const renewed = await cart().change.mutate({ userId, itemId: cup, quantity: 2 });
    pass(29);
    expect(await cart().get.query({ userId })).toEqual(renewed);
    pass(1);
    expect(await cart().get.query({ userId })).toBeNull();
  });

  test("cannot be bought, nor be expected, nor be taken out of", async () => {
    const { userId, version } = await expired();
    const line = { userId, itemId: cup, quantity: 1 };
    expect(await failureOf(buy(userId, "late"))).toBe("CART_EMPTY");
    expect(await failureOf(cart().add.mutate({ ...line, expectedVersion: version }))).toBe(
      "CART_CHANGED",
    );
    expect(await failureOf(cart().change.mutate(line))).toBe("ITEM_NOT_IN_CART");
    expect(await cart().clear.mutate({ userId })).toBeNull();
  });

  test("of a guest is not merged", async () => {
    const userId = await signUp(shop);
    const { guestId } = await cart().createGuest.mutate();
    await cart().add.mutate({ guestId, itemId: cup, quantity: 1 });
    pass(7);
    expect(await cart().merge.mutate({ userId, guestId })).toEqual({ cart: null, leftOut: [] });
  });

  test("is told from one of before carts expired, which stays", async () => {
    const userId = await signUp(shop);
    const { version } = await cart().add.mutate({ userId, itemId: cup, quantity: 2 });
    const at = { TableName: shop.table.name, Key: { ...cartKey({ userId }) } };
    const { Item: item = {} } = await shop.table.client.send(new GetItemCommand(at));
    delete item.expires_at;
    delete item.change_ids;
    for (const line of item.cart!.L!) delete line.M!.priced_at;
    await shop.table.client.send(new PutItemCommand({ TableName: shop.table.name, Item: item }));
    pass(365);
    expect(await cart().get.query({ userId })).toMatchObject({
      version,
      expiresAt: null,
      pricesAsOf: "2026-03-01T12:00:00.000000Z",
      lines: [{ itemId: cup, quantity: 2 }],
    });
    expect((await buy(userId, "old")).totalPrice).toBe("5.00");
  });
});

describe("a guest", () => {
  test("has a cart like a customer's, for seven days, under a key that does not give the guest's id away", async () => {
    const { guestId } = await cart().createGuest.mutate();
    expect(await cart().get.query({ guestId })).toBeNull();
    const filled = await cart().add.mutate({ guestId, itemId: cup, quantity: 2 });
    expect(filled).toMatchObject({
      userId: null,
      guestId,
      totalPrice: "5.00",
      expiresAt: "2026-03-08T12:00:00.000000Z",
    });
    expect(await cart().get.query({ guestId: guestId.toUpperCase() })).toEqual(filled);
    const owner: CartOwner = { guestId };
    const { Item: item } = await shop.table.client.send(
      new GetItemCommand({ TableName: shop.table.name, Key: { ...cartKey(owner) } }),
    );
    expect(item?.pk?.S).toMatch(/^GUEST#[0-9a-f-]{36}$/);
    expect(JSON.stringify(item)).not.toContain(guestId);
    expect(item).not.toHaveProperty("user_id");
  });

  test("is made by the first add or put of who has not signed in", async () => {
    const anonymous = createShopClient({ url: guarded.url });
    const filled = await anonymous.cart.add.mutate({ itemId: cup, quantity: 2 });
    const { guestId } = filled;
    expect(await anonymous.cart.get.query({ guestId: guestId! })).toEqual(filled);
    const other = await anonymous.cart.put.mutate({ lines: [{ itemId: cup, quantity: 1 }] });
    expect(other.guestId).not.toBe(guestId);
  });

  test("reaches no customer's cart, and cannot check out", async () => {
    const userId = await signUp(shop);
    const anonymous = createShopClient({ url: guarded.url });
    const { guestId } = await anonymous.cart.createGuest.mutate();
    for (const call of [
      anonymous.cart.get.query({}),
      anonymous.cart.get.query({ userId }),
      anonymous.cart.clear.mutate({ userId }),
      anonymous.cart.add.mutate({ userId, itemId: cup, quantity: 1 }),
      anonymous.cart.merge.mutate({ guestId }),
    ]) {
      expect(await failureOf(call)).toBe("UNAUTHORIZED");
    }
    const guest = { guestId, idempotencyKey: "g", cartVersion: 1, expectedTotal: "1" };
    await expect(anonymous.checkout.create.mutate(guest)).rejects.toMatchObject({
      data: { mercado: "UNAUTHORIZED", hint: expect.stringMatching(/sign|token/i) },
    });
  });

  test("and a customer are two: a call names one of them", async () => {
    const { guestId } = await cart().createGuest.mutate();
    const both = { guestId, userId: await signUp(shop) };
    expect(await failureOf(cart().get.query(both))).toBe("INPUT_INVALID");
    expect(await failureOf(cart().get.query({}))).toBe("INPUT_INVALID");
    expect(await failureOf(cart().get.query({ guestId: "me" }))).toBe("INPUT_INVALID");
  });
});

describe("a merge at sign-in", () => {
  test("adds the guest's units to the customer's, once, however often it is sent", async () => {
    const userId = await signUp(shop);
    const token = await signToken({ role: "customer", customerId: userId }, { secret: SECRET });
    const client = createShopClient({ url: guarded.url, token });
    const own = await client.cart.add.mutate({ itemId: cup, quantity: 1 });
    const { guestId } = await cart().createGuest.mutate();
    await cart().add.mutate({ guestId, itemId: pot, quantity: 3 });
    const guest = await cart().add.mutate({ guestId, itemId: cup, quantity: 2 });
    const merged = await client.cart.merge.mutate({ guestId });
    expect(merged).toMatchObject({ leftOut: [], cart: { userId, version: own.version + 1 } });
    expect(unitsOf(merged.cart)).toEqual([
      [cup, 3],
      [pot, 3],
    ]);
    expect(await client.cart.merge.mutate({ guestId })).toEqual(merged);
    expect(await client.cart.get.query({})).toEqual(merged.cart);
    expect(await cart().get.query({ guestId })).toMatchObject({
      version: guest.version + 1,
      lines: [],
    });
  });

  test("sent many times at once moves the units once", async () => {
    const userId = await signUp(shop);
    const { guestId } = await cart().createGuest.mutate();
    await cart().add.mutate({ guestId, itemId: cup, quantity: 2 });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => cart().merge.mutate({ userId, guestId })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(unitsOf(await cart().get.query({ userId }))).toEqual([[cup, 2]]);
  });

  test("tells what had no room, and tells it again when it is sent again", async () => {
    const userId = await signUp(shop);
    const { guestId } = await cart().createGuest.mutate();
    await cart().add.mutate({ userId, itemId: cup, quantity: 9_000 });
    await cart().add.mutate({ guestId, itemId: cup, quantity: 1_500 });
    const merged = await cart().merge.mutate({ userId, guestId });
    expect(merged.leftOut).toEqual([{ itemId: cup, quantity: 500 }]);
    expect(unitsOf(merged.cart)).toEqual([[cup, 10_000]]);
    expect(await cart().merge.mutate({ userId, guestId })).toEqual(merged);
  });

  test("of a cart that another customer has taken over moves nothing, and tells nothing of that one's", async () => {
    const [first, second] = [await signUp(shop), await signUp(shop)];
    const { guestId } = await cart().createGuest.mutate();
    await cart().add.mutate({ userId: first, itemId: cup, quantity: 9_000 });
    await cart().add.mutate({ guestId, itemId: cup, quantity: 1_500 });
    const merged = await cart().merge.mutate({ userId: first, guestId });
    expect(merged.leftOut).not.toEqual([]);
    const empty = { cart: null, leftOut: [] };
    expect(await cart().merge.mutate({ userId: second, guestId })).toEqual(empty);
    expect(await cart().merge.mutate({ userId: first, guestId })).toEqual(merged);
  });

  test("takes over what the guest adds later, and never what it has taken over", async () => {
    const userId = await signUp(shop);
    const { guestId } = await cart().createGuest.mutate();
    const add = (requestId: string) =>
      cart().add.mutate({ guestId, itemId: cup, quantity: 1, requestId });
    await add("before");
    await cart().merge.mutate({ userId, guestId });
    // The first add's answer was lost, and its client asks again only now.
    expect(unitsOf(await add("before"))).toEqual([]);
    await add("after");
    expect(unitsOf((await cart().merge.mutate({ userId, guestId })).cart)).toEqual([[cup, 2]]);
  });

  test("needs a customer who is there", async () => {
    const { guestId } = await cart().createGuest.mutate();
    await cart().add.mutate({ guestId, itemId: cup, quantity: 1 });
    expect(await failureOf(cart().merge.mutate({ userId: 888_888, guestId }))).toBe(
      "CUSTOMER_NOT_FOUND",
    );
    expect(unitsOf(await cart().get.query({ guestId }))).toEqual([[cup, 1]]);
  });

  test("does not wait for items that are not sold any more: they come along, and are found at checkout", async () => {
    const userId = await signUp(shop);
    const { guestId } = await cart().createGuest.mutate();
    const item = await listItem(shop, 5);
    await cart().add.mutate({ guestId, itemId: item, quantity: 1 });
    await shop.pool.query(sql`update inventory set archived_at = now() where id = ${item}`);
    const { cart: merged } = await cart().merge.mutate({ userId, guestId });
    expect(unitsOf(merged)).toEqual([[item, 1]]);
    expect(await failureOf(buy(userId, "gone"))).toMatch(/^ITEM_/);
  });
});
