import { retryLink, type TRPCLink } from "@trpc/client";
import type { AppRouter } from "../router.ts";

/**
 * Mutations that change nothing more when they are repeated: the server knows a checkout, a refund and a cancellation
 * again by the idempotency key, and a guest's cart is empty once it was merged.
 */
const REPEATABLE_MUTATIONS: ReadonlySet<string> = new Set([
  "checkout.create",
  "transaction.refund",
  "transaction.cancel",
  "cart.merge",
]);

const FIRST_PAUSE_MILLISECONDS = 200;
const LONGEST_PAUSE_MILLISECONDS = 2_000;

/** Of a proxy whose service is away, or of a service that is just stopping. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** What decides whether a failure may pass: the part of a TRPCClientError that this needs. */
export interface CallFailure {
  /** Present when the shop itself answered. */
  shape?: unknown;
  meta?: Record<string, unknown> | undefined;
}

function statusOf(failure: CallFailure): number | undefined {
  const response: unknown = failure.meta?.["response"];
  if (typeof response !== "object" || response === null || !("status" in response))
    return undefined;
  return typeof response.status === "number" ? response.status : undefined;
}

/** Whether no answer of the shop arrived: the network failed, the time was over, or a proxy answered in its place. */
function isUnanswered(failure: CallFailure): boolean {
  if (failure.shape !== undefined && failure.shape !== null) return false;
  const status = statusOf(failure);
  // A status of success without a shape that can be read: the answer broke off on its way.
  return status === undefined || status < 400 || GATEWAY_STATUSES.has(status);
}

/** A change of a cart that the server knows again. */
function hasRequestId(input: unknown): boolean {
  return typeof input === "object" && input !== null && "requestId" in input;
}

/**
 * Whether a call may be sent again when it is not known to have arrived. A mutation that the server would carry out twice
 * may not.
 */
function isRepeatable(call: { type: string; path: string; input: unknown }): boolean {
  if (call.type === "query" || REPEATABLE_MUTATIONS.has(call.path)) return true;
  return call.path.startsWith("cart.") && hasRequestId(call.input);
}

/** Up to twice as long after each attempt, and a random part of that, so that many clients do not come back at once. */
export function pauseAfter(attempts: number, random: () => number = Math.random): number {
  const longest = Math.min(
    LONGEST_PAUSE_MILLISECONDS,
    FIRST_PAUSE_MILLISECONDS * 2 ** (attempts - 1),
  );
  return longest * (0.5 + random() / 2);
}

/** Repeats calls that were not answered and may be repeated, at most `retries` times. */
export function repeatUnanswered(retries: number): TRPCLink<AppRouter> {
  return retryLink<AppRouter>({
    retry: ({ op, error, attempts }) =>
      attempts <= retries && op.signal?.aborted !== true && isRepeatable(op) && isUnanswered(error),
    retryDelayMs: (attempts) => pauseAfter(attempts),
  });
}
