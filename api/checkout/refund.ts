import { isSQLError, SQLErrorCode } from "@databases/pg";
import { findGuard } from "../dynamodb/checkout.ts";
import { putTransaction } from "../dynamodb/transactions.ts";
import { totalOfLines } from "../dynamodb/lines.ts";
import { keyReused, ShopError } from "../errors.ts";
import {
  completeRefund,
  findRefund,
  findRefundableLines,
  findRefundLines,
  insertRefund,
  lockSale,
  type Refund,
} from "../postgres/refunds.ts";
import { confirmReservation, type Reservation } from "../postgres/reservations.ts";
import type { CartLine, Transaction } from "../values/cart.ts";
import { refundIdFor } from "../values/identity.ts";
import { whileBusy, type CheckoutStores } from "./complete.ts";
import { refundLines, type RefundedUnits } from "./refund-lines.ts";

export interface RefundRequest {
  /** The sale's transaction. */
  transactionId: string;
  /** Whose sale it must be; anybody's if undefined. */
  userId?: number | undefined;
  idempotencyKey: string;
  /** All that is left if undefined. */
  lines?: readonly RefundedUnits[] | undefined;
  reason?: string | undefined;
  /** A customer takes back a whole sale, none of which was refunded, at most so many minutes after it. */
  withinMinutes?: number | undefined;
  /** The refund's timestamp if this is the first try. */
  now: string;
}

/**
 * Gives back what a sale took, at the prices that were paid, exactly once for each idempotency key. Once it is recorded
 * it is certain to happen: a retry carries it on, or the sweeper does.
 */
export async function refundSale(
  stores: CheckoutStores,
  request: RefundRequest,
): Promise<Transaction> {
  const { refund, lines } = await recordRefund(stores, request);
  stores.reachKillPoint("after-refund-record");
  return carryOut(stores, refund, lines);
}

/** Carries a recorded refund to its end; may be repeated. */
export async function carryOut(
  stores: CheckoutStores,
  refund: Refund,
  recordedLines?: CartLine[],
): Promise<Transaction> {
  const lines = recordedLines ?? (await findRefundLines(stores.pool, refund));
  const transaction: Transaction = {
    transactionId: refund.refundId,
    userId: refund.userId,
    createdAt: refund.refundedAt,
    kind: "refund",
    refersTo: refund.saleId,
    lines,
    totalPrice: refund.totalPrice,
  };
  if (refund.state === "completed") return transaction;
  await whileBusy(() => putTransaction(stores.table, transaction));
  stores.reachKillPoint("after-refund-put");
  await completeRefund(stores.pool, refund, lines);
  stores.reachKillPoint("after-refund-complete");
  return transaction;
}

interface Recorded {
  refund: Refund;
  /** Missing when an earlier try recorded it. */
  lines?: CartLine[];
}

async function recordRefund(stores: CheckoutStores, request: RefundRequest): Promise<Recorded> {
  for (let round = 0; round < 3; round += 1) {
    try {
      const outcome = await tryToRecord(stores, request);
      if ("refund" in outcome) return outcome;
      await confirmSale(stores, outcome.unconfirmed);
    } catch (error) {
      // The same key for two sales at once: the next round sees who was first.
      if (!isSQLError(error) || error.code !== SQLErrorCode.UNIQUE_VIOLATION) throw error;
    }
  }
  throw new Error("the refund's key, or its sale, keeps changing");
}

function tryToRecord(
  stores: CheckoutStores,
  request: RefundRequest,
): Promise<Recorded | { unconfirmed: Reservation }> {
  const { transactionId, userId, idempotencyKey } = request;
  return stores.pool.tx(async (transaction) => {
    const sale = await lockSale(transaction, transactionId);
    if (sale === null || (userId !== undefined && sale.userId !== userId)) {
      throw saleNotFound(transactionId);
    }
    const earlier = await findRefund(transaction, sale.userId, idempotencyKey);
    if (earlier !== null) {
      if (earlier.request !== canonical(request)) throw keyReused("refund of something else");
      return { refund: earlier };
    }
    if (sale.state === "released") throw saleNotFound(transactionId);
    if (sale.state === "reserved") return { unconfirmed: sale };
    const sold = await findRefundableLines(transaction, transactionId);
    if (request.withinMinutes !== undefined) {
      refuseLateCancellation(sale, request.now, request.withinMinutes);
      if (sold.some(({ line, left }) => left < line.quantity)) throw partlyRefunded();
    }
    const lines = refundLines(sold, request.lines);
    const refund: Refund = {
      refundId: refundIdFor(sale.userId, idempotencyKey),
      saleId: sale.reservationId,
      userId: sale.userId,
      idempotencyKey,
      request: canonical(request),
      state: "pending",
      reason: request.reason ?? null,
      totalPrice: totalOfLines(lines),
      refundedAt: request.now,
    };
    await insertRefund(transaction, refund, lines);
    return { refund, lines };
  });
}

/** A checkout that was acknowledged, or nearly, and whose books are still open; one that has not happened is no sale. */
async function confirmSale(stores: CheckoutStores, sale: Reservation): Promise<void> {
  const guard = await findGuard(stores.table, sale.userId, sale.idempotencyKey);
  if (guard?.state !== "committed") throw saleNotFound(sale.reservationId);
  await confirmReservation(stores.pool, sale.reservationId);
}

function canonical({ transactionId, lines, reason }: RefundRequest): string {
  const units = lines?.map((line) => [line.lineNumber, line.quantity] as const);
  units?.sort(([left], [right]) => left - right);
  return JSON.stringify([transactionId, units ?? "all", reason ?? null]);
}

function refuseLateCancellation(sale: Reservation, now: string, minutes: number): void {
  const age = Date.parse(now) - Date.parse(sale.checkedOutAt);
  if (minutes > 0 && age <= minutes * 60_000) return;
  throw new ShopError(
    "CANCELLATION_CLOSED",
    `A sale can be cancelled for ${minutes} minutes; this one is older.`,
    { hint: "Ask the shop for a refund.", details: { checkedOutAt: sale.checkedOutAt, minutes } },
  );
}

function partlyRefunded(): ShopError {
  return new ShopError("ALREADY_REFUNDED", "Something of this sale has been refunded already.", {
    hint: "Look at transaction.history for its refunds; ask the shop to refund what is left.",
  });
}

function saleNotFound(transactionId: string): ShopError {
  return new ShopError("TRANSACTION_NOT_FOUND", `There is no sale ${transactionId}.`, {
    hint: "Look for it in transaction.history; a refund cannot be refunded.",
  });
}
