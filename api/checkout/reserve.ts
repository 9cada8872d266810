import { customerNotFound, type ShopError } from "../errors.ts";
import type { ConnectionPool } from "../postgres/pool.ts";
import { reserveUnits } from "../postgres/reserve-units.ts";
import type { Reservation } from "../postgres/reservations.ts";
import type { CartLine, CustomerCart } from "../values/cart.ts";
import { transactionIdFor } from "../values/identity.ts";
import { disagreementOver } from "./disagreement.ts";
import { priceAgain } from "./pricing.ts";

export interface ReserveRequest {
  cart: CustomerCart;
  idempotencyKey: string;
  /** What the customer was shown to pay. */
  expectedTotal: string;
  /** The transaction's timestamp, from the first try on. */
  checkedOutAt: string;
}

export type ReserveOutcome =
  | { kind: "reserved"; reservation: Reservation; lines: CartLine[] }
  | { kind: "disagreement"; error: ShopError }
  /** The key, or this version of the cart, has a reservation. */
  | { kind: "taken" };

/**
 * Takes the cart's units out of the stock if it can be bought as it was shown. A disagreement may be the work of another
 * checkout with this key or of this cart: whoever hears of one looks for that first.
 */
export async function reserve(
  pool: ConnectionPool,
  request: ReserveRequest,
): Promise<ReserveOutcome> {
  const { cart, idempotencyKey, expectedTotal } = request;
  const reservation: Reservation = {
    reservationId: transactionIdFor(cart.userId, idempotencyKey),
    userId: cart.userId,
    idempotencyKey,
    state: "reserved",
    cartVersion: cart.version,
    totalPrice: expectedTotal,
    checkedOutAt: request.checkedOutAt,
    expired: false,
  };
  const otherPrices = expectedTotal !== cart.totalPrice;
  const answer = await reserveUnits(pool, { reservation, lines: cart.lines, otherPrices });
  const priced = priceAgain(cart.lines, answer.offers);
  if (answer.reserved) return { kind: "reserved", reservation, lines: priced.lines };
  if (!answer.hasBuyer) return { kind: "disagreement", error: customerNotFound(cart.userId) };
  const error = disagreementOver(priced, { cartTotal: cart.totalPrice, expectedTotal });
  return error === null ? { kind: "taken" } : { kind: "disagreement", error };
}
