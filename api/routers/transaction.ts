import { refundSale } from "../checkout/refund.ts";
import { CHECKOUT_DEFAULTS } from "../checkout/settings.ts";
import { findHistory, findTransactionById } from "../dynamodb/transactions.ts";
import { transactionNotFound } from "../errors.ts";
import { customerFor } from "../roles/permission.ts";
import * as inputs from "../schema/inputs/transaction.ts";
import { adminProcedure, customerProcedure, ownThingsProcedure, router } from "../trpc.ts";
import { toTimestamp } from "../values/time.ts";

export const transactionRouter = router({
  /** Newest first. */
  history: customerProcedure
    .input(inputs.history)
    .query(({ ctx, input }) => findHistory(ctx.table, { ...input, userId: ctx.customerId })),
  /** One of the caller's own; of an admin, any. */
  get: ownThingsProcedure
    .input(inputs.transactionOf)
    .query(async ({ ctx: { table, caller }, input }) => {
      const found = await findTransactionById(table, input.transactionId);
      const own =
        caller.role === "admin" ||
        (caller.role === "customer" && found?.userId === caller.customerId);
      if (found === null || !own) throw transactionNotFound(input.transactionId);
      return found;
    }),
  /**
   * Gives back units of a sale at the prices that were paid, or all that is left of it, and returns the refund: a
   * transaction with negative quantities. The same idempotency key gives the same refund for ever.
   */
  refund: adminProcedure
    .input(inputs.refund)
    .mutation(({ ctx, input }) => refundSale(ctx, { ...input, now: toTimestamp(ctx.clock()) })),
  /**
   * Gives back all of a sale. A customer may do it with their own for a while (30 minutes, if nothing else is set), as
   * long as nothing of it was refunded; an admin anybody's at any time, and then gives back what is left.
   */
  cancel: ownThingsProcedure.input(inputs.cancel).mutation(({ ctx, input }) => {
    const { caller, cancellationMinutes = CHECKOUT_DEFAULTS.cancellationMinutes } = ctx;
    const bounds =
      caller.role === "admin"
        ? {}
        : { userId: customerFor(caller, input.userId), withinMinutes: cancellationMinutes };
    return refundSale(ctx, { ...input, ...bounds, now: toTimestamp(ctx.clock()) });
  }),
});
