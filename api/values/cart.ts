import { formatCents, multiplyCents, sumCents, type Cents } from "./money.ts";

/** What the shop sells, as the server knows it at this moment. */
export interface Offer {
  itemId: number;
  itemName: string;
  vendorId: number;
  category: number;
  unitPrice: Cents;
}

/** With the units that can be bought at this moment. */
export interface StockedOffer extends Offer {
  stock: number;
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

/** Whose a cart is: a customer's, or that of a guest, who is known by a secret id alone. */
export type CartOwner = { readonly userId: number } | { readonly guestId: string };

/** A line of a cart. Its price is what the shop asked at `pricedAt`: it is shown, and not promised. */
export interface ShownLine extends CartLine {
  pricedAt: string;
}

interface CartContent {
  /** Another one after every change; a version never comes back, whatever becomes of the cart. */
  version: number;
  updatedAt: string;
  /** When the cart is given up unless it changes before; null in a cart from before carts expired. */
  expiresAt: string | null;
  /** None in a cart that was emptied. */
  lines: ShownLine[];
  /** At the prices shown. */
  totalPrice: string;
  /** When the oldest of the prices was asked. */
  pricesAsOf: string;
}

export interface CustomerCart extends CartContent {
  userId: number;
  guestId: null;
}

export interface GuestCart extends CartContent {
  userId: null;
  guestId: string;
}

export type Cart = CustomerCart | GuestCart;

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
