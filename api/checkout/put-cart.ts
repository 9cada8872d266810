import { findCart, replaceCart } from "../dynamodb/carts.ts";
import { totalOfLines } from "../dynamodb/lines.ts";
import type { Table } from "../dynamodb/table.ts";
import { cartChanged, customerNotFound, itemsNotFound, ShopError } from "../errors.ts";
import { findOffers } from "../postgres/offers.ts";
import type { ConnectionPool } from "../postgres/pool.ts";
import { lastCartVersion } from "../postgres/reservations.ts";
import { priceLine, type Cart, type CartLine, type Offer } from "../values/cart.ts";

export interface RequestedLine {
  itemId: number;
  quantity: number;
  vendorId?: number | undefined;
  unitPrice?: string | undefined;
  totalPrice?: string | undefined;
}

export interface PutCartRequest {
  userId: number;
  expectedVersion?: number | undefined;
  lines: readonly RequestedLine[];
  now: string;
}

interface Mismatch {
  lineNumber: number;
  itemId: number;
  field: "vendorId" | "unitPrice" | "totalPrice";
  sent: number | string;
  actual: number | string;
}

/** What the client sent and the server knows better, field by field. */
export function findMismatches(
  requested: readonly RequestedLine[],
  lines: readonly CartLine[],
): Mismatch[] {
  const fields = ["vendorId", "unitPrice", "totalPrice"] as const;
  return lines.flatMap((line, index) =>
    fields.flatMap((field) => {
      const sent = requested[index]?.[field];
      const actual = line[field];
      if (sent === undefined || sent === actual) return [];
      return [{ lineNumber: line.lineNumber, itemId: line.itemId, field, sent, actual }];
    }),
  );
}

function priceLines(
  requested: readonly RequestedLine[],
  offers: ReadonlyMap<number, Offer>,
): CartLine[] {
  const unknown = new Set<number>();
  const lines = requested.flatMap((line, index) => {
    const offer = offers.get(line.itemId);
    if (offer !== undefined) return [priceLine(index + 1, offer, line.quantity)];
    unknown.add(line.itemId);
    return [];
  });
  if (unknown.size > 0) throw itemsNotFound([...unknown]);
  const mismatches = findMismatches(requested, lines);
  if (mismatches.length > 0) {
    throw new ShopError(
      "CART_MISMATCH",
      `The cart names other vendors or prices than the shop (${mismatches.length} differences).`,
      { hint: "Leave them out, or send those in details.", details: { lines: mismatches } },
    );
  }
  return lines;
}

const ATTEMPTS = 5;

/** Replaces the customer's cart by these lines, at the shop's own prices. */
export async function putCart(
  stores: { pool: ConnectionPool; table: Table },
  request: PutCartRequest,
): Promise<Cart> {
  const { userId, expectedVersion } = request;
  const itemIds = [...new Set(request.lines.map((line) => line.itemId))];
  const offers = await findOffers(stores.pool, itemIds);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [current, lastBought] = await Promise.all([
      findCart(stores.table, userId),
      lastCartVersion(stores.pool, userId),
    ]);
    if (lastBought === null) throw customerNotFound(userId);
    if (expectedVersion !== undefined && expectedVersion !== current?.version) {
      throw cartChanged(
        current === null
          ? "The cart is empty by now."
          : `The cart has version ${current.version}, not ${expectedVersion}.`,
      );
    }
    const lines = priceLines(request.lines, offers);
    const cart: Cart = {
      userId,
      // Versions never come back after a checkout: a late retry cannot take a new cart for the old one.
      version: Math.max(current?.version ?? 0, lastBought) + 1,
      updatedAt: request.now,
      lines,
      totalPrice: totalOfLines(lines),
    };
    if (await replaceCart(stores.table, cart, current?.version ?? null)) return cart;
  }
  throw cartChanged("The cart keeps changing at the same time.");
}
