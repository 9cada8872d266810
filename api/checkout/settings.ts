import { z } from "zod";
import { whole } from "../http/settings.ts";

/** The variables about what becomes of sales after they were made. */
export const checkoutEnvironment = {
  MERCADO_API_SWEEP_SECONDS: whole(0, 86_400, "seconds").default(30),
  MERCADO_API_CANCELLATION_MINUTES: whole(0, 100_000, "minutes").default(30),
};

export interface CheckoutSettings {
  /** Between two sweeps for checkouts and refunds that were left half done; 0: none in this process. */
  sweepSeconds: number;
  /** For how long a customer may cancel a sale; 0: never. */
  cancellationMinutes: number;
}

const shape = z.object(checkoutEnvironment);

export function checkoutSettingsFrom(data: z.infer<typeof shape>): CheckoutSettings {
  return {
    sweepSeconds: data.MERCADO_API_SWEEP_SECONDS,
    cancellationMinutes: data.MERCADO_API_CANCELLATION_MINUTES,
  };
}

/** What holds where nothing is set. */
export const CHECKOUT_DEFAULTS: CheckoutSettings = checkoutSettingsFrom(shape.parse({}));
