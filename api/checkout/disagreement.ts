import { ShopError } from "../errors.ts";
import {
  DIFFERENCE_REASONS,
  type DifferenceReason,
  type LineDifference,
  type PricedCart,
} from "./pricing.ts";

/** How many differences the message spells out; details hold them all. */
const SPELLED_OUT = 5;

function inWords({ lineNumber, itemId, reason, shown, current }: LineDifference): string {
  const line = `line ${lineNumber}: item ${itemId}`;
  switch (reason) {
    case "ITEM_UNAVAILABLE":
      return `${line} is not sold any more`;
    case "STOCK_INSUFFICIENT":
      return `${line} has ${current?.available ?? 0} left`;
    case "VENDOR_CHANGED":
      return `${line} is sold by vendor ${current?.vendorId ?? "none"}, not ${shown.vendorId}`;
    case "PRICE_CHANGED":
      return `${line} costs ${current?.unitPrice ?? "nothing"}, not ${shown.unitPrice}`;
  }
}

function gravest(differences: readonly LineDifference[]): DifferenceReason {
  const reasons = new Set(differences.map((difference) => difference.reason));
  return DIFFERENCE_REASONS.find((reason) => reasons.has(reason)) ?? "PRICE_CHANGED";
}

/**
 * Why the cart cannot be bought as the customer was shown it: one CONFLICT with every difference, under the code of the
 * gravest. Null when nothing stands in the way. Other prices alone are agreed to by a customer who was shown today's
 * total rather than the cart's.
 */
export function disagreementOver(
  priced: PricedCart,
  shown: { cartTotal: string; expectedTotal: string },
): ShopError | null {
  const { differences, totalPrice } = priced;
  const { cartTotal, expectedTotal } = shown;
  const code = gravest(differences);
  const knowsPrices = differences.length === 0 || expectedTotal !== cartTotal;
  if (code === "PRICE_CHANGED" && expectedTotal === totalPrice && knowsPrices) return null;
  const words = differences.slice(0, SPELLED_OUT).map(inWords);
  if (differences.length > SPELLED_OUT) words.push(`${differences.length - SPELLED_OUT} more`);
  const opening =
    code === "PRICE_CHANGED" && expectedTotal !== totalPrice
      ? `The cart costs ${totalPrice}, not ${expectedTotal}`
      : "The cart cannot be bought as it was shown";
  return new ShopError(code, `${opening}${words.length > 0 ? ` (${words.join("; ")})` : ""}.`, {
    hint:
      code === "PRICE_CHANGED"
        ? "Show the customer the new prices, and check out with details.totalPrice as expectedTotal, or put the cart again."
        : "Show the customer details.lines, put the cart again without what is missing, and check out with its new version and total.",
    details: { expectedTotal, totalPrice, lines: differences },
  });
}
