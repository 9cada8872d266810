import { setTimeout as sleep } from "node:timers/promises";
import {
  abortCheckout,
  commitCheckout,
  findGuard,
  type CheckoutOutcome,
  type Guard,
} from "../dynamodb/checkout.ts";
import type { Table } from "../dynamodb/table.ts";
import { findTransaction } from "../dynamodb/transactions.ts";
import { cartChanged, ShopError } from "../errors.ts";
import type { ConnectionPool } from "../postgres/pool.ts";
import {
  confirmReservation,
  findReservedLines,
  releaseReservation,
  type Reservation,
} from "../postgres/reservations.ts";
import type { CartLine, Transaction } from "../values/cart.ts";
import type { Clock } from "../values/time.ts";
import type { ReachKillPoint } from "./kill-points.ts";

export interface CheckoutStores {
  pool: ConnectionPool;
  table: Table;
  clock: Clock;
  reachKillPoint: ReachKillPoint;
}

const ATTEMPTS = 8;

function unavailable(cause?: unknown): ShopError {
  return new ShopError("SERVICE_UNAVAILABLE", "It could not be completed just now.", {
    hint: "Send the same request again, with the same idempotency key: it is carried out once.",
    cause,
  });
}

/** Repeats `attempt` while it is busy, with growing, jittered pauses (about 2 s in all). */
export async function whileBusy<Outcome>(
  attempt: () => Promise<Outcome | "busy">,
): Promise<Outcome> {
  for (let round = 0; round < ATTEMPTS; round += 1) {
    const outcome = await attempt();
    if (outcome !== "busy") return outcome;
    await sleep(Math.random() * Math.min(600, 20 * 2 ** round));
  }
  throw unavailable();
}

function keyOf(reservation: Reservation) {
  const { reservationId, userId, checkedOutAt } = reservation;
  return { transactionId: reservationId, userId, createdAt: checkedOutAt };
}

/** Says in Postgres what its guard says of a reservation, which may be said already. */
export async function closeBooks(
  { pool }: CheckoutStores,
  { reservationId }: Reservation,
  state: Guard["state"],
): Promise<void> {
  if (state === "committed") await confirmReservation(pool, reservationId);
  else await releaseReservation(pool, reservationId);
}

/** Decides a reservation one way or the other: its guard is written, if it has none, as aborted. */
export async function settle(
  stores: CheckoutStores,
  reservation: Reservation,
): Promise<Guard["state"]> {
  const state = await decide(stores, reservation);
  await closeBooks(stores, reservation, state);
  return state;
}

function decide({ table }: CheckoutStores, reservation: Reservation): Promise<Guard["state"]> {
  return whileBusy(() => abortCheckout(table, keyOf(reservation), reservation.idempotencyKey));
}

async function commit(
  stores: CheckoutStores,
  reservation: Reservation,
  transaction: Transaction,
): Promise<Exclude<CheckoutOutcome, "busy">> {
  const { idempotencyKey, cartVersion } = reservation;
  const now = Math.floor(stores.clock().getTime() / 1_000);
  try {
    return await whileBusy(() =>
      commitCheckout(stores.table, { transaction, idempotencyKey, cartVersion, now }),
    );
  } catch (error) {
    if (error instanceof ShopError) throw error;
    // The answer is lost, not necessarily the write: the guard knows, and if it does not, a retry finds out.
    const guard = await findGuard(stores.table, reservation.userId, idempotencyKey).catch(
      () => null,
    );
    if (guard === null) throw unavailable(error);
    return "decided";
  }
}

/**
 * Carries a reservation to its end; a retry after a crash at any point enters here again. `reservedLines` are read where
 * the caller does not have them.
 */
export async function complete(
  stores: CheckoutStores,
  reservation: Reservation,
  reservedLines?: CartLine[],
): Promise<Transaction> {
  switch (reservation.state) {
    case "confirmed":
      return readResult(stores, reservation);
    case "released":
      throw aborted();
    case "reserved": {
      const transaction: Transaction = {
        ...keyOf(reservation),
        kind: "sale",
        refersTo: null,
        lines: reservedLines ?? (await findReservedLines(stores.pool, reservation.reservationId)),
        totalPrice: reservation.totalPrice,
      };
      const outcome = await commit(stores, reservation, transaction);
      stores.reachKillPoint("after-transact");
      const state = outcome === "committed" ? outcome : await decide(stores, reservation);
      stores.reachKillPoint("before-confirm");
      // It has happened, or never will: where Postgres cannot be told just now, the sweeper tells it later.
      await closeBooks(stores, reservation, state).catch(() => undefined);
      stores.reachKillPoint("after-confirm");
      if (outcome === "committed") return transaction;
      if (state === "committed") return readResult(stores, reservation);
      throw outcome === "cart-changed"
        ? cartChanged("The cart changed while it was being checked out.")
        : aborted();
    }
  }
}

async function readResult(stores: CheckoutStores, reservation: Reservation): Promise<Transaction> {
  const transaction = await findTransaction(stores.table, keyOf(reservation));
  if (transaction === null) {
    throw new Error(`transaction ${reservation.reservationId} is confirmed but not in DynamoDB`);
  }
  return transaction;
}

function aborted(): ShopError {
  return new ShopError(
    "CHECKOUT_ABORTED",
    "The checkout with this idempotency key was given up; nothing was bought with it.",
    { hint: "Read the cart again and check out with a new idempotency key." },
  );
}
