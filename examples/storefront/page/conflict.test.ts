import { expect, test } from "@jest/globals";
import { describeDifference, differencesIn, remediesFor, type Difference } from "./conflict.ts";
import { showMoney } from "./money.ts";
import { readToken } from "./session.ts";

const shown = { unitPrice: "10.00", quantity: 5 };
const current = { unitPrice: "12.50", available: 3 };
const difference = (change: Partial<Difference>): Difference => ({
  lineNumber: 1,
  itemId: 7,
  reason: "PRICE_CHANGED",
  shown,
  current,
  ...change,
});

test("each kind of difference is told in words", () => {
  const told = [
    difference({}),
    difference({ reason: "STOCK_INSUFFICIENT" }),
    difference({ reason: "STOCK_INSUFFICIENT", current: { unitPrice: "10.00", available: 0 } }),
    difference({ reason: "VENDOR_CHANGED" }),
    difference({ reason: "ITEM_UNAVAILABLE", current: null }),
  ].map((each) => describeDifference(each, "Desk"));
  expect(told).toEqual([
    "Desk: the price was 10.00, it is 12.50.",
    "Desk: only 3 left, you want 5.",
    "Desk: sold out.",
    "Desk: another vendor sells it now.",
    "Desk: not sold any more.",
  ]);
});

test("what is short and dearer at once is taken as far as it goes, in one change", () => {
  const both = [difference({ reason: "STOCK_INSUFFICIENT" }), difference({})];
  const remedy = { does: "change", itemId: 7, quantity: 3 };
  expect(remediesFor(both)).toEqual([remedy]);
  expect(remediesFor(both.reverse())).toEqual([remedy]);
});

test("what is sold out, or not sold any more, leaves the cart", () => {
  const gone = [
    difference({ reason: "ITEM_UNAVAILABLE", current: null }),
    difference({
      itemId: 8,
      reason: "STOCK_INSUFFICIENT",
      current: { unitPrice: "10.00", available: 0 },
    }),
  ];
  expect(remediesFor(gone)).toEqual([
    { does: "remove", itemId: 7 },
    { does: "remove", itemId: 8 },
  ]);
});

test.each([null, undefined, "text", {}, { lines: "none" }])(
  "details about something else (%j) hold no differences",
  (details) => {
    expect(differencesIn(details)).toEqual([]);
  },
);

test.each([
  ["0.00", "0.00"],
  ["999.99", "999.99"],
  ["1234567.80", "1,234,567.80"],
  ["-1250.50", "−1,250.50"],
  ["999999999900.00", "999,999,999,900.00"],
  ["12345678901234567890.12", "12,345,678,901,234,567,890.12"],
])("%s is shown as %s", (amount, text) => {
  expect(showMoney(amount)).toBe(text);
});

test("a token opens a session for its customer, also with the word Bearer, until it expires", () => {
  const token = (claims: object) =>
    `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
  const good = token({ role: "customer", customer_id: 12, exp: 4_000_000_000 });
  expect(readToken(` Bearer ${good}\n`)).toEqual({ token: good, customerId: 12 });
  expect(readToken(token({ role: "customer", customer_id: 12, exp: 1 }))).toMatch(/expired/);
  expect(readToken(token({ role: "admin" }))).toMatch(/not a customer's/);
  expect(readToken("e30.bm90IGpzb24.x")).toMatch(/not a token/);
});
