import { vendorNotFound } from "../errors.ts";
import { findSales, searchBuyers } from "../postgres/vendor-sales.ts";
import * as vendors from "../postgres/vendors.ts";
import { seesArchived } from "../roles/archived.ts";
import { requireRole, vendorToShow } from "../roles/permission.ts";
import * as inputs from "../schema/inputs/vendor.ts";
import { adminProcedure, publicProcedure, router, vendorProcedure } from "../trpc.ts";
import { toTimestamp } from "../values/time.ts";

export const vendorRouter = router({
  create: adminProcedure
    .input(inputs.createVendor)
    .mutation(({ ctx, input }) =>
      vendors.createVendor(ctx.pool, { ...input, joinedAt: toTimestamp(ctx.clock()) }),
    ),
  /** Of a vendor who names none, the caller. An archived one for itself and admins only. */
  get: publicProcedure.input(inputs.ownById).query(async ({ ctx, input }) => {
    const id = vendorToShow(ctx.caller, input.id);
    const vendor = await vendors.findVendor(ctx.pool, id);
    const visible = vendor?.archivedAt === null || seesArchived(ctx.caller, id);
    if (vendor === null || !visible) throw vendorNotFound(id);
    return vendor;
  }),
  /** With no `vendorName`: all of them. */
  search: publicProcedure.input(inputs.searchVendors).query(({ ctx, input }) => {
    if (input.includeArchived) requireRole(ctx.caller, ["admin"]);
    return vendors.searchVendors(ctx.pool, input);
  }),
  update: vendorProcedure
    .input(inputs.updateVendor)
    .mutation(({ ctx, input }) => vendors.updateVendor(ctx.pool, ctx.vendorId, input)),
  /** What was bought of the vendor, newest first, by whom, and how much of it came back. */
  sales: vendorProcedure.input(inputs.salesOfVendor).query(({ ctx, input }) => {
    const { limit, cursor } = input;
    return findSales(ctx.pool, { vendorId: ctx.vendorId, limit, cursor });
  }),
  /** Who bought from the vendor. */
  customers: vendorProcedure
    .input(inputs.customersOfVendor)
    .query(({ ctx, input }) => searchBuyers(ctx.pool, { ...input, vendorId: ctx.vendorId })),
  /** Takes the vendor and all that it sells off the shop; what was sold stays. */
  archive: adminProcedure
    .input(inputs.byId)
    .mutation(({ ctx, input }) => vendors.archiveVendor(ctx.pool, input.id)),
  restore: adminProcedure
    .input(inputs.byId)
    .mutation(({ ctx, input }) => vendors.restoreVendor(ctx.pool, input.id)),
});
