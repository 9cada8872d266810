import { transactionNotFound } from "../errors.ts";
import { findHistory, findTransactionById } from "../dynamodb/transactions.ts";
import * as inputs from "../schema/inputs/transaction.ts";
import { customerProcedure, router, signedInProcedure } from "../trpc.ts";

export const transactionRouter = router({
  /** Newest first. */
  history: customerProcedure
    .input(inputs.history)
    .query(({ ctx, input }) => findHistory(ctx.table, { ...input, userId: ctx.customerId })),
  /** One of the caller's own; of an admin, any. */
  get: signedInProcedure
    .meta({ roles: ["customer", "admin"] })
    .input(inputs.transactionOf)
    .query(async ({ ctx: { table, caller }, input }) => {
      const found = await findTransactionById(table, input.transactionId);
      const own =
        caller.role === "admin" ||
        (caller.role === "customer" && found?.userId === caller.customerId);
      if (found === null || !own) throw transactionNotFound(input.transactionId);
      return found;
    }),
});
