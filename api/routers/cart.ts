import { putCart } from "../checkout/put-cart.ts";
import { findCart } from "../dynamodb/carts.ts";
import * as inputs from "../schema/inputs.ts";
import { procedure, router } from "../trpc.ts";
import { toTimestamp } from "../values/time.ts";

export const cartRouter = router({
  put: procedure
    .input(inputs.putCart)
    .mutation(({ ctx, input }) => putCart(ctx, { ...input, now: toTimestamp(ctx.clock()) })),
  /** Null when the customer has no cart. */
  get: procedure.input(inputs.cartOf).query(({ ctx, input }) => findCart(ctx.table, input.userId)),
});
