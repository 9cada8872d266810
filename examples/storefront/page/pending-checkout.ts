import { shopFailureOf, type ShopFailure } from "mercado-shop-client";
import { shop, type Transaction } from "./shop.ts";

/** A purchase that the customer has asked for and that the shop has not answered yet. */
export interface PendingCheckout {
  customerId: number;
  idempotencyKey: string;
  cartVersion: number;
  /** The total that the customer was shown, a decimal string. */
  expectedTotal: string;
}

export type CheckoutOutcome =
  | { kind: "bought"; transaction: Transaction }
  /** The shop has decided against it: nothing was bought. */
  | { kind: "refused"; failure: ShopFailure }
  /** Whether something was bought is not known: the same request tells. */
  | { kind: "open"; failure: ShopFailure };

const PENDING = "mercado.checkout";

/** The failures that leave a checkout open: asked again with the same key, it may still buy, or have bought. */
const OPEN: ReadonlySet<string> = new Set([
  "UNREACHABLE",
  "SERVICE_UNAVAILABLE",
  "INTERNAL",
  "RATE_LIMITED",
  "UNAUTHORIZED",
  "TOKEN_INVALID",
]);

/** The customer's checkout that is still open, also after a reload of the page. */
export function pendingCheckout(customerId: number): PendingCheckout | null {
  const stored = localStorage.getItem(PENDING);
  if (stored === null) return null;
  const pending = JSON.parse(stored) as PendingCheckout;
  return pending.customerId === customerId ? pending : null;
}

/**
 * Sends a checkout. What it says is kept before it is sent and until it is answered, so that whatever is lost, it is
 * repeated unchanged, and the shop buys once.
 */
export async function sendCheckout(pending: PendingCheckout): Promise<CheckoutOutcome> {
  localStorage.setItem(PENDING, JSON.stringify(pending));
  const { idempotencyKey, cartVersion, expectedTotal } = pending;
  try {
    const request = { idempotencyKey, cartVersion, expectedTotal };
    const transaction = await shop.checkout.create.mutate(request);
    localStorage.removeItem(PENDING);
    return { kind: "bought", transaction };
  } catch (error) {
    const failure = shopFailureOf(error);
    if (OPEN.has(failure.mercado)) return { kind: "open", failure };
    localStorage.removeItem(PENDING);
    return { kind: "refused", failure };
  }
}
