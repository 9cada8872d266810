import { formatCents, multiplyCents, sumCents, type Cents } from "./money.ts";

/** What the shop sells, as the server knows it at this moment. */
export interface Offer {
  itemId: number;
  itemName: string;
  vendorId: number;
  category: number;
  unitPrice: Cents;
}

/** One line of a cart or of a transaction, priced by the server. `unitPrice` and `totalPrice` are decimal strings. */
export interface CartLine {
  /** From 1, in the order in which the customer put the lines. */
  lineNumber: number;
  itemId: number;
  itemName: string;
  vendorId: number;
  category: number;
  quantity: number;
  unitPrice: string;
  totalPrice: string;
  /** Of a refund's line only: the sale's line that goes back. Its `quantity` and `totalPrice` are negative. */
  refersToLine?: number;
}

export interface Cart {
  userId: number;
  /** Grows with every change of a customer's cart, also beyond a checkout. */
  version: number;
  updatedAt: string;
  lines: CartLine[];
  totalPrice: string;
}

/** Never changed once it is written: what goes back is a refund, a transaction of its own. */
export interface Transaction {
  transactionId: string;
  kind: "sale" | "refund";
  /** The sale that a refund gives back, in part or whole; null for a sale. */
  refersTo: string | null;
  userId: number;
  createdAt: string;
  lines: CartLine[];
  /** Negative for a refund. */
  totalPrice: string;
}

export function priceLine(lineNumber: number, offer: Offer, quantity: number): CartLine {
  return {
    lineNumber,
    itemId: offer.itemId,
    itemName: offer.itemName,
    vendorId: offer.vendorId,
    category: offer.category,
    quantity,
    unitPrice: formatCents(offer.unitPrice),
    totalPrice: formatCents(multiplyCents(offer.unitPrice, quantity)),
  };
}

/** Units wanted of each item, in ascending order of item id: the order in which stock rows are locked. */
export function unitsByItem(
  lines: readonly Pick<CartLine, "itemId" | "quantity">[],
): Map<number, number> {
  const units = new Map<number, number>();
  for (const line of [...lines].sort((left, right) => left.itemId - right.itemId)) {
    units.set(line.itemId, (units.get(line.itemId) ?? 0) + line.quantity);
  }
  return units;
}

export function totalOf(lineTotals: readonly Cents[]): string {
  return formatCents(sumCents(lineTotals));
}
