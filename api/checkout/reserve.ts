import { itemsNotFound, ShopError } from "../errors.ts";
import { lockOffers } from "../postgres/offers.ts";
import type { ConnectionPool } from "../postgres/pool.ts";
import { insertReservation, takeStock, type Reservation } from "../postgres/reservations.ts";
import { unitsByItem, type CustomerCart } from "../values/cart.ts";
import { transactionIdFor } from "../values/identity.ts";
import { findShortages, priceAgain, type PricedCart } from "./pricing.ts";

export interface ReserveRequest {
  cart: CustomerCart;
  idempotencyKey: string;
  expectedTotal: string | undefined;
  /** The transaction's timestamp, from the first try on. */
  checkedOutAt: string;
}

function refuseOtherPrices(priced: PricedCart, shownTotal: string, expected?: string): void {
  const agreed =
    expected === undefined ? priced.differences.length === 0 : expected === priced.totalPrice;
  if (agreed) return;
  throw new ShopError(
    "PRICE_CHANGED",
    `The cart costs ${priced.totalPrice}, not ${expected ?? shownTotal}.`,
    {
      hint: "Show the customer the new total, and check out again with it as expectedTotal.",
      details: {
        expectedTotal: expected ?? shownTotal,
        totalPrice: priced.totalPrice,
        lines: priced.differences,
      },
    },
  );
}

function refuseShortages(shortages: ReturnType<typeof findShortages>): void {
  if (shortages.length === 0) return;
  const list = shortages.map(
    (shortage) => `item ${shortage.itemId}: ${shortage.wanted} wanted, ${shortage.available} left`,
  );
  throw new ShopError("STOCK_INSUFFICIENT", `There is not enough stock (${list.join("; ")}).`, {
    hint: "Put the cart again with at most the quantities that are left.",
    details: { items: shortages },
  });
}

/**
 * Takes the cart's units out of the stock, in one transaction. Null, with nothing taken, when this key
 * or this version of the cart has a reservation already.
 */
export function reserve(
  pool: ConnectionPool,
  request: ReserveRequest,
): Promise<Reservation | null> {
  const { cart, idempotencyKey } = request;
  return pool.tx(async (transaction) => {
    const offers = await lockOffers(transaction, [...unitsByItem(cart.lines).keys()]);
    const priced = priceAgain(cart, offers);
    const reservation: Reservation = {
      reservationId: transactionIdFor(cart.userId, idempotencyKey),
      userId: cart.userId,
      idempotencyKey,
      state: "reserved",
      cartVersion: cart.version,
      totalPrice: priced.totalPrice,
      checkedOutAt: request.checkedOutAt,
      expired: false,
    };
    // Before anything is refused: a key that has its reservation must hear of that, not of prices or stock.
    if (!(await insertReservation(transaction, reservation))) return null;
    if (priced.missingItemIds.length > 0) throw itemsNotFound(priced.missingItemIds);
    refuseOtherPrices(priced, cart.totalPrice, request.expectedTotal);
    refuseShortages(findShortages(priced.lines, offers));
    await takeStock(transaction, reservation, priced.lines);
    return reservation;
  });
}
