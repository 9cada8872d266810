import { findCart } from "../cart/find-cart.ts";
import { findGuard } from "../dynamodb/checkout.ts";
import { findTransaction } from "../dynamodb/transactions.ts";
import { cartChanged, customerNotFound, keyReused, ShopError } from "../errors.ts";
import { lastCartVersion } from "../postgres/cart-versions.ts";
import {
  findReservation,
  findReservationOfCart,
  type Reservation,
} from "../postgres/reservations.ts";
import type { CartLine, CustomerCart, Transaction } from "../values/cart.ts";
import { complete, settle, type CheckoutStores } from "./complete.ts";
import { reserve } from "./reserve.ts";

export interface CheckoutRequest {
  userId: number;
  idempotencyKey: string;
  /** Of the cart that the customer was shown. */
  cartVersion: number;
  /** What the customer was shown to pay, with two places. */
  expectedTotal: string;
  /** The transaction's timestamp if this is the first try. */
  now: string;
}

/** A reservation with its key's lines; without them when an earlier try made it. */
interface Reserved {
  reservation: Reservation;
  lines?: CartLine[];
}

/**
 * Buys the customer's cart, exactly once for each idempotency key: whoever calls again, also after a crash
 * in the middle, gets the first call's transaction.
 */
export async function checkOut(
  stores: CheckoutStores,
  request: CheckoutRequest,
): Promise<Transaction> {
  const { reservation, lines } = await reserveCart(stores, request);
  refuseOtherRequest(reservation, request);
  return complete(stores, reservation, lines);
}

/** What became of an earlier checkout, without carrying it on: null unless it is known to have happened. */
export async function findCheckout(
  stores: CheckoutStores,
  key: { userId: number; idempotencyKey: string },
): Promise<Transaction | null> {
  const guard = await findGuard(stores.table, key.userId, key.idempotencyKey);
  return guard?.state === "committed" ? findTransaction(stores.table, guard) : null;
}

/** Most calls are first tries, so only a call that cannot reserve looks whether an earlier one with its key has. */
async function reserveCart(stores: CheckoutStores, request: CheckoutRequest): Promise<Reserved> {
  const { userId, idempotencyKey, expectedTotal } = request;
  // Each further round follows the end of another checkout of the same cart.
  for (let round = 0; round < 3; round += 1) {
    const cart = await findCart(stores.table, { userId }, request.now);
    const isShown = cart?.version === request.cartVersion && cart.lines.length > 0;
    const outcome = isShown
      ? await reserve(stores.pool, {
          cart,
          idempotencyKey,
          expectedTotal,
          checkedOutAt: request.now,
        })
      : null;
    if (outcome?.kind === "reserved") {
      stores.reachKillPoint("after-reserve");
      return outcome;
    }
    const earlier = await findReservation(stores.pool, userId, idempotencyKey);
    if (earlier !== null) return { reservation: earlier };
    if (cart === null || cart.lines.length === 0) throw await emptyCart(stores, userId);
    if (outcome === null) {
      const { version } = cart;
      throw cartChanged(`The cart has version ${version}, not ${request.cartVersion}.`, version);
    }
    const rival = await resolveRival(stores, cart);
    if (rival === "none" && outcome.kind === "disagreement") throw outcome.error;
  }
  throw cartChanged("Other checkouts of this cart keep coming in between.");
}

/**
 * Looks for another key that has this version of the cart. If its checkout is under way, or died lately, it is carried
 * to its end rather than given up: of several keys sent at once, one always buys.
 */
async function resolveRival(
  stores: CheckoutStores,
  cart: CustomerCart,
): Promise<"none" | "aborted"> {
  const rival = await findReservationOfCart(stores.pool, cart.userId, cart.version);
  if (rival === null) return "none";
  if (rival.state === "reserved" && rival.expired) {
    if ((await settle(stores, rival)) === "aborted") return "aborted";
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

function refuseOtherRequest(reservation: Reservation, request: CheckoutRequest): void {
  const { cartVersion, totalPrice } = reservation;
  if (request.cartVersion === cartVersion && request.expectedTotal === totalPrice) return;
  throw keyReused("checkout of another cart or total", { cartVersion, totalPrice });
}
