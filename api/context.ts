import type { CheckoutStores } from "./checkout/complete.ts";
import type { Clock } from "./values/time.ts";

/** What procedures work with; made once for the whole service. */
export interface Context extends CheckoutStores {
  clock: Clock;
}
