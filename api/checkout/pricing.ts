import {
  priceLine,
  totalOf,
  unitsByItem,
  type CartLine,
  type StockedOffer,
} from "../values/cart.ts";
import { centsFromStorage } from "../values/money.ts";

/** In the order of their gravity; each is also the code of the failure. */
export const DIFFERENCE_REASONS = [
  "ITEM_UNAVAILABLE",
  "STOCK_INSUFFICIENT",
  "VENDOR_CHANGED",
  "PRICE_CHANGED",
] as const;

export type DifferenceReason = (typeof DIFFERENCE_REASONS)[number];

/** Something about a line that is not what the customer was shown; a line may have several. */
export interface LineDifference {
  lineNumber: number;
  itemId: number;
  reason: DifferenceReason;
  shown: { vendorId: number; unitPrice: string; quantity: number };
  /** Null when the item is not sold any more. `available` units are there for all lines of the item together. */
  current: { vendorId: number; unitPrice: string; available: number } | null;
}

export interface PricedCart {
  /** The lines whose items are still sold, at today's prices. */
  lines: CartLine[];
  totalPrice: string;
  differences: LineDifference[];
}

/** The cart at today's prices, beside all that has changed since it was shown. */
export function priceAgain(
  shown: readonly CartLine[],
  offers: ReadonlyMap<number, StockedOffer>,
): PricedCart {
  const wanted = unitsByItem(shown);
  const lines: CartLine[] = [];
  const differences: LineDifference[] = [];
  for (const { lineNumber, itemId, vendorId, unitPrice, quantity } of shown) {
    const about = { lineNumber, itemId, shown: { vendorId, unitPrice, quantity } };
    const offer = offers.get(itemId);
    if (offer === undefined) {
      differences.push({ ...about, reason: "ITEM_UNAVAILABLE", current: null });
      continue;
    }
    const line = priceLine(lineNumber, offer, quantity);
    lines.push(line);
    const reasons: DifferenceReason[] = [];
    if ((wanted.get(itemId) ?? 0) > offer.stock) reasons.push("STOCK_INSUFFICIENT");
    if (line.vendorId !== vendorId) reasons.push("VENDOR_CHANGED");
    if (line.unitPrice !== unitPrice) reasons.push("PRICE_CHANGED");
    const current = {
      vendorId: line.vendorId,
      unitPrice: line.unitPrice,
      available: offer.stock,
    };
    differences.push(...reasons.map((reason) => ({ ...about, reason, current })));
  }
  const totalPrice = totalOf(lines.map((line) => centsFromStorage(line.totalPrice)));
  return { lines, totalPrice, differences };
}
