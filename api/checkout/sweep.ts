import { findGuard } from "../dynamodb/checkout.ts";
import { claimPending } from "../postgres/refunds.ts";
import { claimUndecided, type Reservation } from "../postgres/reservations.ts";
import { closeBooks, settle, type CheckoutStores } from "./complete.ts";
import { carryOut } from "./refund.ts";

export interface SweepOptions {
  /** In seconds: what is younger, its own request may still be carrying out. Default 60. */
  age?: number;
  /** How many of a kind are taken up at a time. Default 100. */
  limit?: number;
  /** Ends the sweep after what is under way. */
  signal?: AbortSignal;
  onFailure?: (error: unknown) => void;
}

export interface SweepCounts {
  /** Checkouts that had happened, and whose units count as sold from now on. */
  confirmed: number;
  /** Checkouts that were given up, and whose units are back. */
  released: number;
  /** Refunds whose units are back. */
  refunded: number;
  /** What could not be ended; a later sweep tries again. */
  failed: number;
}

/** At most so many times `limit` in one sweep. */
const BATCHES = 20;
const AT_ONCE = 4;

type Ended = Exclude<keyof SweepCounts, "failed">;

/**
 * Ends what crashed services left half done: expired reservations are given up (their guard is written first), checkouts
 * that happened are confirmed, recorded refunds are carried out. Any number of services may sweep at the same time.
 */
export async function sweep(
  stores: CheckoutStores,
  options: SweepOptions = {},
): Promise<SweepCounts> {
  const counts: SweepCounts = { confirmed: 0, released: 0, refunded: 0, failed: 0 };
  const { age = 60, limit = 100 } = options;
  const rounds: (() => Promise<number>)[] = [
    async () => {
      const claimed = await claimUndecided(stores.pool, { age, limit });
      return endAll(claimed, (reservation) => decide(stores, reservation));
    },
    async () => {
      const claimed = await claimPending(stores.pool, { age, limit });
      return endAll(claimed, async (refund) => {
        await carryOut(stores, refund);
        return "refunded";
      });
    },
  ];
  async function endAll<Left>(
    left: readonly Left[],
    end: (one: Left) => Promise<Ended | null>,
  ): Promise<number> {
    for (let start = 0; start < left.length; start += AT_ONCE) {
      if (options.signal?.aborted) break;
      const endings = left.slice(start, start + AT_ONCE).map(async (one) => {
        try {
          const ended = await end(one);
          if (ended !== null) counts[ended] += 1;
        } catch (error) {
          counts.failed += 1;
          options.onFailure?.(error);
        }
      });
      await Promise.all(endings);
    }
    return left.length;
  }
  for (const round of rounds) {
    for (let batch = 0; batch < BATCHES; batch += 1) {
      if (options.signal?.aborted || (await round()) < limit) break;
    }
  }
  return counts;
}

/** Null when the checkout may still happen: its own customer's retry comes before the sweeper. */
async function decide(
  stores: CheckoutStores,
  reservation: Reservation,
): Promise<"confirmed" | "released" | null> {
  const { userId, idempotencyKey } = reservation;
  const state = reservation.expired
    ? await settle(stores, reservation)
    : (await findGuard(stores.table, userId, idempotencyKey))?.state;
  if (state === undefined) return null;
  if (!reservation.expired) await closeBooks(stores, reservation, state);
  return state === "committed" ? "confirmed" : "released";
}
