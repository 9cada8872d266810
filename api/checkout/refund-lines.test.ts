import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { totalOfLines } from "../dynamodb/lines.ts";
import { priceLine } from "../values/cart.ts";
import { centsFromStorage } from "../values/money.ts";
import { refundLines } from "./refund-lines.ts";

const offer = { itemId: 7, itemName: "Chair", vendorId: 5, category: 2 };
const anySale = fc.array(
  fc.record({
    unitPrice: fc.bigInt({ min: 1n, max: 9_999_999_999n }),
    quantity: fc.integer({ min: 1, max: 10_000 }),
    refunded: fc.integer({ min: 0, max: 10_000 }),
  }),
  { minLength: 1, maxLength: 100 },
);

function soldLines(sale: { unitPrice: bigint; quantity: number; refunded: number }[]) {
  return sale.map(({ unitPrice, quantity, refunded }, index) => ({
    line: priceLine(index + 1, { ...offer, unitPrice }, quantity),
    left: Math.max(0, quantity - refunded),
  }));
}

test("all that is left goes back at the prices paid, to the cent, each line naming the sale's", () => {
  fc.assert(
    fc.property(anySale, (sale) => {
      const sold = soldLines(sale);
      const exact = sold.reduce(
        (sum, { line, left }) => sum + centsFromStorage(line.unitPrice) * BigInt(left),
        0n,
      );
      fc.pre(exact > 0n);
      const lines = refundLines(sold, undefined);
      expect(centsFromStorage(totalOfLines(lines))).toBe(-exact);
      expect(lines.map((line) => line.lineNumber)).toEqual(lines.map((_, index) => index + 1));
      for (const line of lines) {
        const from = sold[(line.refersToLine ?? 0) - 1];
        expect(line).toMatchObject({
          itemName: "Chair",
          vendorId: 5,
          unitPrice: from?.line.unitPrice,
          quantity: -(from?.left ?? 0),
        });
      }
    }),
  );
});

test("a part goes back in the order of the sale's lines, whatever order it is asked in", () => {
  const sold = soldLines([
    { unitPrice: 1050n, quantity: 3, refunded: 0 },
    { unitPrice: 99n, quantity: 2, refunded: 0 },
    { unitPrice: 5n, quantity: 9, refunded: 0 },
  ]);
  const asked = [
    { lineNumber: 3, quantity: 1 },
    { lineNumber: 1, quantity: 2 },
  ];
  expect(refundLines(sold, asked)).toMatchObject([
    { lineNumber: 1, refersToLine: 1, quantity: -2, totalPrice: "-21.00" },
    { lineNumber: 2, refersToLine: 3, quantity: -1, totalPrice: "-0.05" },
  ]);
});

test("every line of which more is asked than is left is named, one that the sale has not too", () => {
  const sold = soldLines([
    { unitPrice: 1050n, quantity: 3, refunded: 1 },
    { unitPrice: 99n, quantity: 2, refunded: 0 },
  ]);
  const asked = [
    { lineNumber: 1, quantity: 3 },
    { lineNumber: 2, quantity: 2 },
    { lineNumber: 4, quantity: 1 },
  ];
  expect(() => refundLines(sold, asked)).toThrow(
    expect.objectContaining({
      mercado: "REFUND_EXCEEDS_SALE",
      details: {
        lines: [
          { lineNumber: 1, asked: 3, left: 2 },
          { lineNumber: 4, asked: 1, left: 0 },
        ],
      },
    }),
  );
});

test("nothing goes back of what has gone back already", () => {
  const sold = soldLines([{ unitPrice: 1050n, quantity: 3, refunded: 3 }]);
  expect(() => refundLines(sold, undefined)).toThrow(
    expect.objectContaining({ mercado: "ALREADY_REFUNDED" }),
  );
});
