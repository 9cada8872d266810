import { priceLine, totalOf, unitsByItem, type CartLine, type Offer } from "../values/cart.ts";
import { centsFromStorage } from "../values/money.ts";

/** A line whose price or vendor is not what the customer was shown. */
export interface LineDifference {
  lineNumber: number;
  itemId: number;
  shown: { vendorId: number; unitPrice: string };
  current: { vendorId: number; unitPrice: string };
}

export interface PricedCart {
  lines: CartLine[];
  totalPrice: string;
  differences: LineDifference[];
  missingItemIds: number[];
}

/** The cart at today's prices, beside what has changed since the customer put it. */
export function priceAgain(
  cart: { readonly lines: readonly CartLine[] },
  offers: ReadonlyMap<number, Offer>,
): PricedCart {
  const lines: CartLine[] = [];
  const differences: LineDifference[] = [];
  const missingItemIds: number[] = [];
  for (const shown of cart.lines) {
    const offer = offers.get(shown.itemId);
    if (offer === undefined) {
      missingItemIds.push(shown.itemId);
      continue;
    }
    const line = priceLine(shown.lineNumber, offer, shown.quantity);
    lines.push(line);
    if (line.unitPrice !== shown.unitPrice || line.vendorId !== shown.vendorId) {
      differences.push({
        lineNumber: line.lineNumber,
        itemId: line.itemId,
        shown: { vendorId: shown.vendorId, unitPrice: shown.unitPrice },
        current: { vendorId: line.vendorId, unitPrice: line.unitPrice },
      });
    }
  }
  const totalPrice = totalOf(lines.map((line) => centsFromStorage(line.totalPrice)));
  return { lines, totalPrice, differences, missingItemIds };
}

export interface Shortage {
  itemId: number;
  lineNumbers: number[];
  wanted: number;
  available: number;
}

/** The items of which the cart wants more units, over all its lines, than there are. */
export function findShortages(
  lines: readonly CartLine[],
  stock: ReadonlyMap<number, { stock: number }>,
): Shortage[] {
  const shortages: Shortage[] = [];
  for (const [itemId, wanted] of unitsByItem(lines)) {
    const available = stock.get(itemId)?.stock ?? 0;
    if (wanted <= available) continue;
    const lineNumbers = lines
      .filter((line) => line.itemId === itemId)
      .map((line) => line.lineNumber);
    shortages.push({ itemId, lineNumbers, wanted, available });
  }
  return shortages;
}
