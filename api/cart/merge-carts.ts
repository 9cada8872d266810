import { randomUUID } from "node:crypto";
import { findStoredCart, storeCarts, type LeftOut } from "../dynamodb/carts.ts";
import type { CartOwner, CustomerCart, ShownLine } from "../values/cart.ts";
import { formatCents, centsFromStorage, multiplyCents } from "../values/money.ts";
import { toTimestamp } from "../values/time.ts";
import type { CartStores } from "./change-cart.ts";
import { MAXIMUM_LINES, MAXIMUM_QUANTITY, renumber } from "./edit-lines.ts";
import { showCart, unlessExpired } from "./find-cart.ts";
import { settle } from "./settle.ts";
import { successorOf, type Look } from "./successor.ts";

/** One cart's lines added to another's, as far as they fit. */
export function mergeLines(
  own: readonly ShownLine[],
  guest: readonly ShownLine[],
): { lines: ShownLine[]; leftOut: LeftOut[] } {
  const lines = [...own];
  const leftOut: LeftOut[] = [];
  for (const line of guest) {
    const index = lines.findIndex(({ itemId }) => itemId === line.itemId);
    const found = lines[index];
    const room = MAXIMUM_QUANTITY - (found?.quantity ?? 0);
    const fits = found === undefined && lines.length >= MAXIMUM_LINES ? 0 : room;
    const quantity = Math.min(line.quantity, fits);
    if (quantity < line.quantity) {
      leftOut.push({ itemId: line.itemId, quantity: line.quantity - quantity });
    }
    if (quantity === 0) continue;
    if (found === undefined) lines.push(line);
    else lines[index] = addUnits(found, line, quantity);
  }
  return { lines: renumber(lines), leftOut };
}

/** The price that was shown last is the one that the customer knows. */
function addUnits(found: ShownLine, added: ShownLine, quantity: number): ShownLine {
  const newer = added.pricedAt > found.pricedAt ? added : found;
  const total = found.quantity + quantity;
  return {
    ...newer,
    quantity: total,
    totalPrice: formatCents(multiplyCents(centsFromStorage(newer.unitPrice), total)),
  };
}

export interface MergedCart {
  /** The customer's; null when neither of the two had a cart. */
  cart: CustomerCart | null;
  /** What of the guest's cart had no room in the customer's. */
  leftOut: LeftOut[];
}

/**
 * Moves a guest's lines into a customer's cart, in one transaction: the guest's cart is empty from then on, so that
 * whoever repeats the merge, or loses its answer, moves nothing twice and is told the same. Another customer who comes
 * later finds nothing.
 */
export function mergeCarts(
  stores: CartStores,
  { userId, guestId }: { userId: number; guestId: string },
): Promise<MergedCart> {
  const changeId = randomUUID();
  return settle<MergedCart>(async () => {
    const now = toTimestamp(stores.clock());
    const [own, guest] = await Promise.all([
      lookAt(stores, { userId }, now),
      lookAt(stores, { guestId }, now),
    ]);
    const ownCart = unlessExpired(own.stored, now);
    const guestCart = unlessExpired(guest.stored, now);
    if (guestCart === null || guestCart.lines.length === 0) {
      const cart = ownCart && showCart({ userId }, ownCart);
      const takenOver = guestCart?.takenOver;
      return {
        result: { cart, leftOut: takenOver?.userId === userId ? [...takenOver.leftOut] : [] },
      };
    }
    const { lines, leftOut } = mergeLines(ownCart?.lines ?? [], guestCart.lines);
    const merged = await successorOf(stores, own, { changeId, lines });
    const takenOver = { userId, leftOut };
    const emptied = await successorOf(stores, guest, { changeId, lines: [], takenOver });
    return {
      result: { cart: showCart({ userId }, merged.cart), leftOut },
      write: () => storeCarts(stores.table, [merged, emptied]),
    };
  });
}

async function lookAt(stores: CartStores, owner: CartOwner, now: string): Promise<Look> {
  return { owner, stored: await findStoredCart(stores.table, owner), now };
}
