import { findHistory } from "../dynamodb/transactions.ts";
import * as inputs from "../schema/inputs.ts";
import { procedure, router } from "../trpc.ts";

export const transactionRouter = router({
  /** Newest first. */
  history: procedure.input(inputs.history).query(({ ctx, input }) => findHistory(ctx.table, input)),
});
