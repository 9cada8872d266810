import { findStoredCart, type StoredCart } from "../dynamodb/carts.ts";
import { totalOfLines } from "../dynamodb/lines.ts";
import type { Table } from "../dynamodb/table.ts";
import type { Cart, CartOwner, CustomerCart } from "../values/cart.ts";
import { toTimestamp } from "../values/time.ts";
import { epochSecondsOf } from "./lifetime.ts";

/** The cart unless it has expired: DynamoDB deletes it only some days later. */
export function unlessExpired(stored: StoredCart | null, now: string): StoredCart | null {
  if (stored === null || stored.expiresAt === null) return stored;
  return stored.expiresAt > epochSecondsOf(now) ? stored : null;
}

/** A stored cart as its owner sees it. */
export function showCart(owner: { readonly userId: number }, stored: StoredCart): CustomerCart;
export function showCart(owner: CartOwner, stored: StoredCart): Cart;
export function showCart(owner: CartOwner, stored: StoredCart): Cart {
  const { version, updatedAt, expiresAt } = stored;
  const prices = stored.lines.map((line) => line.pricedAt).sort();
  const content = {
    version,
    updatedAt,
    expiresAt: expiresAt === null ? null : toTimestamp(new Date(expiresAt * 1_000)),
    lines: [...stored.lines],
    totalPrice: totalOfLines(stored.lines),
    pricesAsOf: prices[0] ?? updatedAt,
  };
  return "userId" in owner
    ? { userId: owner.userId, guestId: null, ...content }
    : { userId: null, guestId: owner.guestId, ...content };
}

/** As of now (a consistent read); null without a cart, or when it has expired. */
export function findCart(
  table: Table,
  owner: { readonly userId: number },
  now: string,
): Promise<CustomerCart | null>;
export function findCart(table: Table, owner: CartOwner, now: string): Promise<Cart | null>;
export async function findCart(table: Table, owner: CartOwner, now: string): Promise<Cart | null> {
  const stored = unlessExpired(await findStoredCart(table, owner), now);
  return stored === null ? null : showCart(owner, stored);
}
