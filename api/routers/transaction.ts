import { findHistory } from "../dynamodb/transactions.ts";
import * as inputs from "../schema/inputs/transaction.ts";
import { customerProcedure, router } from "../trpc.ts";

export const transactionRouter = router({
  /** Newest first. */
  history: customerProcedure
    .input(inputs.history)
    .query(({ ctx, input }) => findHistory(ctx.table, { ...input, userId: ctx.customerId })),
});
