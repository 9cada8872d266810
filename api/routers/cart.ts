import { putCart } from "../checkout/put-cart.ts";
import { findCart } from "../dynamodb/carts.ts";
import * as inputs from "../schema/inputs/cart.ts";
import { customerProcedure, router } from "../trpc.ts";
import { toTimestamp } from "../values/time.ts";

export const cartRouter = router({
  put: customerProcedure
    .input(inputs.putCart)
    .mutation(({ ctx, input }) =>
      putCart(ctx, { ...input, userId: ctx.customerId, now: toTimestamp(ctx.clock()) }),
    ),
  /** Null when the customer has no cart. */
  get: customerProcedure
    .input(inputs.cartOf)
    .query(({ ctx }) => findCart(ctx.table, ctx.customerId)),
});
