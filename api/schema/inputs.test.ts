import { describe, expect, test } from "@jest/globals";
import { encodeCursor } from "../values/cursor.ts";
import { putCart } from "./inputs/cart.ts";
import { checkout } from "./inputs/checkout.ts";
import { createCustomer } from "./inputs/customer.ts";
import { createItem, searchItems } from "./inputs/inventory.ts";
import { history } from "./inputs/transaction.ts";

const item = { vendorId: 1, itemName: "Chair", category: 1, price: "10.00" };
const cart = { userId: 1, lines: [{ itemId: 1, quantity: 1 }] };
const hostileNumbers = [
  0,
  -1,
  1.5,
  NaN,
  Infinity,
  2 ** 31,
  1e300,
  "1.0",
  "-1",
  "1e3",
  "",
  null,
  {},
];

test("names and addresses that the warehouse's columns cannot hold are refused at the door, counted in bytes", () => {
  const ada = { firstName: "Ada", lastName: "Lovelace", email: "ada@example.com" };
  const accepts = (change: Partial<typeof ada>) =>
    createCustomer.safeParse({ ...ada, ...change }).success;
  expect(accepts({ firstName: "é".repeat(25), lastName: "x".repeat(50) })).toBe(true);
  expect(accepts({ firstName: "é".repeat(26) })).toBe(false);
  expect(accepts({ lastName: "x".repeat(51) })).toBe(false);
  expect(accepts({ email: `${"x".repeat(60)}@${"y".repeat(36)}.com` })).toBe(false);
});

describe("an item", () => {
  test("may name its category as text, as the former API's callers do", () => {
    expect(createItem.parse({ ...item, category: "1" }).category).toBe(1);
  });

  test("is sellable when its vendor does not count it", () => {
    expect(createItem.parse(item).stock).toBe(1_000_000);
  });

  test.each([
    ["66", "66.00"],
    [66, "66.00"],
    ["0.5", "0.50"],
    ["99999999.99", "99999999.99"],
  ])("priced %j costs %s", (price, normal) => {
    expect(createItem.parse({ ...item, price }).price).toBe(normal);
  });

  test.each(["0", "0.001", "1.999", "100000000", "-5", 1.1, NaN, -3, "1e2", "", null, [], "٣"])(
    "is refused at the price %j",
    (price) => {
      expect(createItem.safeParse({ ...item, price }).success).toBe(false);
    },
  );

  test.each(["", "   ", "a\0b", "\ud800", "x".repeat(101), "é".repeat(51), 5, null, {}])(
    "is refused with the name %j",
    (itemName) => {
      expect(createItem.safeParse({ ...item, itemName }).success).toBe(false);
    },
  );

  test("is refused with a field that does not exist, so that a typing error is noticed", () => {
    expect(createItem.safeParse({ ...item, stok: 5 }).success).toBe(false);
  });

  test("keeps the letters of every script", () => {
    const itemName = "Καρέκλα 椅子 🪑";
    expect(createItem.parse({ ...item, itemName }).itemName).toBe(itemName);
  });
});

describe("a cart", () => {
  test.each(hostileNumbers)("is refused with the quantity %j", (quantity) => {
    const lines = [{ itemId: 1, quantity }];
    expect(putCart.safeParse({ ...cart, lines }).success).toBe(false);
  });

  test.each(hostileNumbers)("is refused for the customer %j", (userId) => {
    expect(putCart.safeParse({ ...cart, userId }).success).toBe(false);
  });

  test("has 1 to 100 lines of 1 to 10,000 units", () => {
    const lines = (count: number) =>
      Array.from({ length: count }, () => ({ itemId: 1, quantity: 10_000 }));
    expect(putCart.safeParse({ userId: 1, lines: lines(100) }).success).toBe(true);
    expect(putCart.safeParse({ userId: 1, lines: lines(101) }).success).toBe(false);
    expect(putCart.safeParse({ userId: 1, lines: [] }).success).toBe(false);
    const tooMany = [{ itemId: 1, quantity: 10_001 }];
    expect(putCart.safeParse({ userId: 1, lines: tooMany }).success).toBe(false);
  });
});

test.each(["", "with blank", "line\nbreak", "ключ", "x".repeat(129), 5])(
  "the idempotency key %j is refused",
  (idempotencyKey) => {
    const request = { userId: 1, idempotencyKey: "good", cartVersion: 1, expectedTotal: "1.00" };
    expect(checkout.safeParse(request).success).toBe(true);
    expect(checkout.safeParse({ ...request, idempotencyKey }).success).toBe(false);
  },
);

test.each(["nonsense", encodeCursor("1; drop table customer"), encodeCursor("-1")])(
  "the cursor %j is refused",
  (cursor) => {
    expect(searchItems.safeParse({ cursor }).success).toBe(false);
    expect(history.safeParse({ userId: 1, cursor }).success).toBe(false);
  },
);

test("a cursor of a history page is accepted", () => {
  const position = "2026-01-01T00:00:00.000000Z#8246781e-f788-892a-9c69-4102c7c45bf9";
  const parsed = history.parse({ userId: 1, cursor: encodeCursor(position) });
  expect(parsed.cursor).toBe(position);
});
