import { findCart } from "../cart/find-cart.ts";
import { findGuard } from "../dynamodb/checkout.ts";
import { findTransaction } from "../dynamodb/transactions.ts";
import { cartChanged, customerNotFound, ShopError } from "../errors.ts";
import {
  findReservation,
  findReservationOfCart,
  lastCartVersion,
  type Reservation,
} from "../postgres/reservations.ts";
import type { CustomerCart, Transaction } from "../values/cart.ts";
import { complete, settle, type CheckoutStores } from "./complete.ts";
import { reserve } from "./reserve.ts";

export interface CheckoutRequest {
  userId: number;
  idempotencyKey: string;
  cartVersion?: number | undefined;
  expectedTotal?: string | undefined;
  /** The transaction's timestamp if this is the first try. */
  now: string;
}

/**
 * Buys the customer's cart, exactly once for each idempotency key: whoever calls again, also after a crash
 * in the middle, gets the first call's transaction.
 */
export async function checkOut(
  stores: CheckoutStores,
  request: CheckoutRequest,
): Promise<Transaction> {
  const earlier = await findReservation(stores.pool, request.userId, request.idempotencyKey);
  const reservation = earlier ?? (await reserveCart(stores, request));
  refuseOtherRequest(reservation, request);
  return complete(stores, reservation);
}

/** What became of an earlier checkout, without carrying it on: null unless it is known to have happened. */
export async function findCheckout(
  stores: CheckoutStores,
  key: { userId: number; idempotencyKey: string },
): Promise<Transaction | null> {
  const guard = await findGuard(stores.table, key.userId, key.idempotencyKey);
  return guard?.state === "committed" ? findTransaction(stores.table, guard) : null;
}

async function reserveCart(stores: CheckoutStores, request: CheckoutRequest): Promise<Reservation> {
  const { userId, idempotencyKey, expectedTotal } = request;
  // Each further round follows the end of another checkout of the same cart.
  for (let round = 0; round < 3; round += 1) {
    const cart = await findCart(stores.table, { userId }, request.now);
    if (cart === null || cart.lines.length === 0) {
      // A call with the same key may have bought the cart since the first look.
      const reservation = await findReservation(stores.pool, userId, idempotencyKey);
      if (reservation !== null) return reservation;
      throw await emptyCart(stores, userId);
    }
    refuseOtherVersion(cart, request.cartVersion);
    const reservation = await reserve(stores.pool, {
      cart,
      idempotencyKey,
      expectedTotal,
      checkedOutAt: request.now,
    });
    if (reservation !== null) {
      stores.reachKillPoint("after-reserve");
      return reservation;
    }
    const sameKey = await findReservation(stores.pool, userId, idempotencyKey);
    if (sameKey !== null) return sameKey;
    await resolveRival(stores, cart);
  }
  throw cartChanged("Other checkouts of this cart keep coming in between.");
}

/**
 * Another key has this version of the cart. If its checkout is under way, or died lately, it is carried to its end
 * rather than given up: of several keys sent at once, one always buys.
 */
async function resolveRival(stores: CheckoutStores, cart: CustomerCart): Promise<void> {
  const rival = await findReservationOfCart(stores.pool, cart.userId, cart.version);
  if (rival === null) return;
  if (rival.state === "reserved" && rival.expired) {
    if ((await settle(stores, rival)) === "aborted") return;
  } else {
    await complete(stores, rival);
  }
  throw new ShopError("CART_CHANGED", "This cart has been bought already, with another key.", {
    hint: "Look at transaction.history before buying again.",
    details: { transactionId: rival.reservationId },
  });
}

async function emptyCart(stores: CheckoutStores, userId: number): Promise<ShopError> {
  if ((await lastCartVersion(stores.pool, userId)) === null) return customerNotFound(userId);
  return new ShopError("CART_EMPTY", "There is nothing in the cart.", {
    hint: "Put lines into the cart with cart.add before checking out.",
  });
}

function refuseOtherVersion(cart: CustomerCart, expected: number | undefined): void {
  if (expected === undefined || expected === cart.version) return;
  throw cartChanged(`The cart has version ${cart.version}, not ${expected}.`);
}

function refuseOtherRequest(reservation: Reservation, request: CheckoutRequest): void {
  const sameVersion =
    request.cartVersion === undefined || request.cartVersion === reservation.cartVersion;
  const sameTotal =
    request.expectedTotal === undefined || request.expectedTotal === reservation.totalPrice;
  if (sameVersion && sameTotal) return;
  throw new ShopError(
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key belongs to a checkout of another cart or total.",
    {
      hint: "Use a new idempotency key for each purchase, and repeat a request unchanged.",
      details: { cartVersion: reservation.cartVersion, totalPrice: reservation.totalPrice },
    },
  );
}
