import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { priceLine, unitsByItem, type CartLine, type StockedOffer } from "../values/cart.ts";
import { centsFromStorage } from "../values/money.ts";
import { priceAgain } from "./pricing.ts";

const chair: StockedOffer = {
  itemId: 1,
  itemName: "Chair",
  vendorId: 5,
  category: 2,
  unitPrice: 1050n,
  stock: 1_000_000,
};
const table: StockedOffer = { ...chair, itemId: 2, itemName: "Table", vendorId: 6, unitPrice: 99n };

function linesOf(...lines: [offer: StockedOffer, quantity: number][]): CartLine[] {
  return lines.map(([offer, quantity], index) => priceLine(index + 1, offer, quantity));
}

function offersOf(...offers: StockedOffer[]): Map<number, StockedOffer> {
  return new Map(offers.map((offer) => [offer.itemId, offer]));
}

const offerOf = (unitPrice: bigint, itemId: number) => ({ ...chair, itemId, unitPrice });
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
        const offers = drawn.map(([price], index) => offerOf(price, index + 1));
        const lines = linesOf(
          ...drawn.map(([, quantity], index): [StockedOffer, number] => [offers[index]!, quantity]),
        );
        const exact = drawn.reduce((sum, [price, quantity]) => sum + price * BigInt(quantity), 0n);
        const priced = priceAgain(lines, offersOf(...offers));
        expect(centsFromStorage(priced.totalPrice)).toBe(exact);
        expect(priced.lines).toEqual(lines);
        expect(priced.differences).toEqual([]);
      }),
    );
  });

  test("a price that went up is named with what was shown and what holds", () => {
    const dearer = offersOf({ ...chair, unitPrice: 2000n }, table);
    expect(priceAgain(linesOf([chair, 2], [table, 1]), dearer)).toMatchObject({
      totalPrice: "40.99",
      differences: [
        {
          lineNumber: 1,
          reason: "PRICE_CHANGED",
          shown: { vendorId: 5, unitPrice: "10.50", quantity: 2 },
          current: { vendorId: 5, unitPrice: "20.00" },
        },
      ],
    });
  });

  test("an item that is no longer sold is named, and left out of the total", () => {
    expect(priceAgain(linesOf([chair, 2], [table, 1]), offersOf(chair))).toMatchObject({
      totalPrice: "21.00",
      differences: [{ lineNumber: 2, itemId: 2, reason: "ITEM_UNAVAILABLE", current: null }],
    });
  });

  test("a shortage counts an item's units over all its lines, and names each of them", () => {
    const lines = linesOf([chair, 3], [table, 1], [chair, 4]);
    const { differences } = priceAgain(lines, offersOf({ ...chair, stock: 6 }, table));
    expect(differences).toMatchObject([
      { lineNumber: 1, reason: "STOCK_INSUFFICIENT", current: { available: 6 } },
      { lineNumber: 3, reason: "STOCK_INSUFFICIENT", current: { available: 6 } },
    ]);
    expect(priceAgain(lines, offersOf({ ...chair, stock: 7 }, table)).differences).toEqual([]);
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
