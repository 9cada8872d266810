import { showMoney } from "./money.ts";

/** How one line of a cart differs from what the customer was shown, as the shop's CONFLICT carries it. */
export interface Difference {
  lineNumber: number;
  itemId: number;
  reason: "PRICE_CHANGED" | "VENDOR_CHANGED" | "STOCK_INSUFFICIENT" | "ITEM_UNAVAILABLE";
  shown: { unitPrice: string; quantity: number };
  /** Null when the item is not sold any more. */
  current: { unitPrice: string; available: number } | null;
}

/** The differences in a failure's details; none if it is about something else. */
export function differencesIn(details: unknown): Difference[] {
  if (typeof details !== "object" || details === null || !("lines" in details)) return [];
  return Array.isArray(details.lines) ? (details.lines as Difference[]) : [];
}

/** One difference in words for the customer. */
export function describeDifference(difference: Difference, itemName: string): string {
  const { reason, shown, current } = difference;
  switch (reason) {
    case "PRICE_CHANGED":
      return `${itemName}: the price was ${showMoney(shown.unitPrice)}, it is ${showMoney(current?.unitPrice ?? shown.unitPrice)}.`;
    case "VENDOR_CHANGED":
      return `${itemName}: another vendor sells it now.`;
    case "STOCK_INSUFFICIENT":
      return (current?.available ?? 0) === 0
        ? `${itemName}: sold out.`
        : `${itemName}: only ${current?.available ?? 0} left, you want ${shown.quantity}.`;
    case "ITEM_UNAVAILABLE":
      return `${itemName}: not sold any more.`;
  }
}

export type Remedy =
  { does: "remove"; itemId: number } | { does: "change"; itemId: number; quantity: number };

/** What makes the cart one that can be bought: today's prices, no more than there is. One remedy an item. */
export function remediesFor(differences: readonly Difference[]): Remedy[] {
  const remedies = new Map<number, Remedy>();
  for (const { itemId, reason, shown, current } of differences) {
    const available = current?.available ?? 0;
    const before = remedies.get(itemId);
    const wanted = before?.does === "change" ? before.quantity : shown.quantity;
    const quantity = reason === "STOCK_INSUFFICIENT" ? Math.min(wanted, available) : wanted;
    if (before?.does === "remove") continue;
    remedies.set(
      itemId,
      current === null || quantity === 0
        ? { does: "remove", itemId }
        : { does: "change", itemId, quantity },
    );
  }
  return [...remedies.values()];
}
