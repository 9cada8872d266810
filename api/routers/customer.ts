import * as customers from "../postgres/customers.ts";
import { customerFor } from "../roles/permission.ts";
import * as inputs from "../schema/inputs/customer.ts";
import { adminProcedure, customerProcedure, ownThingsProcedure, router } from "../trpc.ts";
import { toTimestamp } from "../values/time.ts";

export const customerRouter = router({
  create: adminProcedure
    .input(inputs.createCustomer)
    .mutation(({ ctx, input }) =>
      customers.createCustomer(ctx.pool, { ...input, joinedAt: toTimestamp(ctx.clock()) }),
    ),
  /** The caller, or whom an admin names. */
  get: ownThingsProcedure
    .input(inputs.ownById)
    .query(({ ctx, input }) =>
      customers.customerOf(ctx.pool, customerFor(ctx.caller, input.id, "id")),
    ),
  /** Null when nobody has this email, in whatever case. */
  byEmail: adminProcedure
    .input(inputs.customerByEmail)
    .query(({ ctx, input }) => customers.findCustomerByEmail(ctx.pool, input.email)),
  /** With no text: all of them. A vendor finds buyers with vendor.customers. */
  search: adminProcedure
    .input(inputs.searchCustomers)
    .query(({ ctx, input }) => customers.searchCustomers(ctx.pool, input)),
  update: customerProcedure
    .input(inputs.updateCustomer)
    .mutation(({ ctx, input }) => customers.updateCustomer(ctx.pool, ctx.customerId, input)),
  archive: adminProcedure
    .input(inputs.byId)
    .mutation(({ ctx, input }) => customers.archiveCustomer(ctx.pool, input.id)),
  restore: adminProcedure
    .input(inputs.byId)
    .mutation(({ ctx, input }) => customers.restoreCustomer(ctx.pool, input.id)),
});
