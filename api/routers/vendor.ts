import { vendorNotFound } from "../errors.ts";
import * as vendors from "../postgres/vendors.ts";
import * as inputs from "../schema/inputs/vendor.ts";
import { adminProcedure, publicProcedure, router } from "../trpc.ts";
import { toTimestamp } from "../values/time.ts";

export const vendorRouter = router({
  create: adminProcedure
    .input(inputs.createVendor)
    .mutation(({ ctx, input }) =>
      vendors.createVendor(ctx.pool, { ...input, joinedAt: toTimestamp(ctx.clock()) }),
    ),
  get: publicProcedure.input(inputs.byId).query(async ({ ctx, input }) => {
    const vendor = await vendors.findVendor(ctx.pool, input.id);
    if (vendor === null) throw vendorNotFound(input.id);
    return vendor;
  }),
  search: publicProcedure
    .input(inputs.searchVendors)
    .query(({ ctx, input }) => vendors.searchVendors(ctx.pool, input)),
});
