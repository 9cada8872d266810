import type { CartStores } from "./cart/change-cart.ts";
import type { CheckoutStores } from "./checkout/complete.ts";
import type { CallLimits } from "./limits/call-limits.ts";
import type { Caller } from "./roles/caller.ts";

/** What procedures work with; made once for the whole service. */
export interface Shop extends CheckoutStores, CartStores {
  /** For how long a customer may cancel a sale. Default 30. */
  cancellationMinutes?: number;
}

/** The shop, and what is known of one request; the calls of a batch share it. */
export interface Context extends Shop {
  caller: Caller;
  requestId: string;
  /** Absent where procedures are called without HTTP. */
  limits?: CallLimits;
}
