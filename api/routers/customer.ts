import { customerNotFound } from "../errors.ts";
import * as customers from "../postgres/customers.ts";
import * as inputs from "../schema/inputs.ts";
import { procedure, router } from "../trpc.ts";
import { toTimestamp } from "../values/time.ts";

export const customerRouter = router({
  create: procedure
    .input(inputs.createCustomer)
    .mutation(({ ctx, input }) =>
      customers.createCustomer(ctx.pool, { ...input, joinedAt: toTimestamp(ctx.clock()) }),
    ),
  get: procedure.input(inputs.byId).query(async ({ ctx, input }) => {
    const customer = await customers.findCustomer(ctx.pool, input.id);
    if (customer === null) throw customerNotFound(input.id);
    return customer;
  }),
  /** Null when nobody has this email, in whatever case. */
  byEmail: procedure
    .input(inputs.customerByEmail)
    .query(({ ctx, input }) => customers.findCustomerByEmail(ctx.pool, input.email)),
  search: procedure
    .input(inputs.searchCustomers)
    .query(({ ctx, input }) => customers.searchCustomers(ctx.pool, input)),
});
