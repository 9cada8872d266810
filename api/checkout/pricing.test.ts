import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { priceLine, unitsByItem, type Offer } from "../values/cart.ts";
import { centsFromStorage } from "../values/money.ts";
import { findShortages, priceAgain } from "./pricing.ts";
import { findMismatches } from "../cart/edit-lines.ts";

const chair: Offer = { itemId: 1, itemName: "Chair", vendorId: 5, category: 2, unitPrice: 1050n };
const table: Offer = { itemId: 2, itemName: "Table", vendorId: 6, category: 2, unitPrice: 99n };

function cartOf(...lines: [offer: Offer, quantity: number][]) {
  const priced = lines.map(([offer, quantity], index) => priceLine(index + 1, offer, quantity));
  return { lines: priced };
}

const offerOf = (unitPrice: bigint, itemId: number): Offer => ({ ...chair, itemId, unitPrice });
const anyLines = fc.array(
  fc.tuple(
    fc.bigInt({ min: 1n, max: 9_999_999_999n }),
    fc.integer({ min: 1, max: 10_000 }),
    fc.integer({ min: 1, max: 5 }),
  ),
  { minLength: 1, maxLength: 100 },
);

describe("pricing again", () => {
  test("a total is the sum of its lines to the cent, however many and however dear", () => {
    fc.assert(
      fc.property(anyLines, (drawn) => {
        const cart = cartOf(
          ...drawn.map(([price, quantity], index): [Offer, number] => [
            offerOf(price, index + 1),
            quantity,
          ]),
        );
        const exact = drawn.reduce((sum, [price, quantity]) => sum + price * BigInt(quantity), 0n);
        const offers = new Map(
          drawn.map(([price], index) => [index + 1, offerOf(price, index + 1)]),
        );
        const priced = priceAgain(cart, offers);
        expect(centsFromStorage(priced.totalPrice)).toBe(exact);
        expect(priced.lines).toEqual(cart.lines);
        expect(priced.differences).toEqual([]);
      }),
    );
  });

  test("a price that went up is named with what was shown and what holds", () => {
    const dearer = new Map([
      [1, { ...chair, unitPrice: 2000n }],
      [2, table],
    ]);
    expect(priceAgain(cartOf([chair, 2], [table, 1]), dearer)).toMatchObject({
      totalPrice: "40.99",
      differences: [
        {
          lineNumber: 1,
          shown: { vendorId: 5, unitPrice: "10.50" },
          current: { vendorId: 5, unitPrice: "20.00" },
        },
      ],
    });
  });

  test("an item that is no longer there is named", () => {
    expect(priceAgain(cartOf([chair, 2], [table, 1]), new Map([[1, chair]]))).toMatchObject({
      missingItemIds: [2],
    });
  });
});

describe("shortages", () => {
  test("count an item's units over all its lines", () => {
    const { lines } = cartOf([chair, 3], [table, 1], [chair, 4]);
    const stock = new Map([
      [1, { stock: 6 }],
      [2, { stock: 1 }],
    ]);
    expect(findShortages(lines, stock)).toEqual([
      { itemId: 1, lineNumbers: [1, 3], wanted: 7, available: 6 },
    ]);
  });

  test("rows are locked in the order of item ids, whatever the order of the lines", () => {
    fc.assert(
      fc.property(anyLines, (drawn) => {
        const units = unitsByItem(drawn.map(([, quantity, itemId]) => ({ itemId, quantity })));
        const ids = [...units.keys()];
        expect(ids).toEqual([...ids].sort((left, right) => left - right));
        const wanted = drawn.reduce((sum, [, quantity]) => sum + quantity, 0);
        expect([...units.values()].reduce((sum, count) => sum + count, 0)).toBe(wanted);
      }),
    );
  });
});

test("each wrong vendor, price and total that a client sends is named", () => {
  const { lines } = cartOf([chair, 2], [table, 1]);
  const requested = [
    { itemId: 1, quantity: 2, vendorId: 6, unitPrice: "10.50", totalPrice: "21.01" },
    { itemId: 2, quantity: 1, unitPrice: "1.00" },
  ];
  expect(findMismatches(requested, lines)).toEqual([
    { lineNumber: 1, itemId: 1, field: "vendorId", sent: 6, actual: 5 },
    { lineNumber: 1, itemId: 1, field: "totalPrice", sent: "21.01", actual: "21.00" },
    { lineNumber: 2, itemId: 2, field: "unitPrice", sent: "1.00", actual: "0.99" },
  ]);
});
