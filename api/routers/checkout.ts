import { checkOut, findCheckout } from "../checkout/checkout.ts";
import * as inputs from "../schema/inputs/checkout.ts";
import { customerProcedure, router } from "../trpc.ts";
import { toTimestamp } from "../values/time.ts";

export const checkoutRouter = router({
  /** Buys the cart; the same idempotency key gives the same transaction for ever. */
  create: customerProcedure
    .input(inputs.checkout)
    .mutation(({ ctx, input }) =>
      checkOut(ctx, { ...input, userId: ctx.customerId, now: toTimestamp(ctx.clock()) }),
    ),
  /** The transaction that this key has led to, or null if none is known. */
  get: customerProcedure
    .input(inputs.checkoutKey)
    .query(({ ctx, input }) => findCheckout(ctx, { ...input, userId: ctx.customerId })),
});
