import { itemsNotFound } from "../errors.ts";
import * as inventory from "../postgres/inventory.ts";
import * as inputs from "../schema/inputs/inventory.ts";
import { publicProcedure, router, vendorProcedure } from "../trpc.ts";

export const inventoryRouter = router({
  create: vendorProcedure
    .input(inputs.createItem)
    .mutation(({ ctx, input }) =>
      inventory.createItem(ctx.pool, { ...input, vendorId: ctx.vendorId }),
    ),
  get: publicProcedure.input(inputs.byId).query(async ({ ctx, input }) => {
    const item = await inventory.findItem(ctx.pool, input.id);
    if (item === null) throw itemsNotFound([input.id]);
    return item;
  }),
  search: publicProcedure
    .input(inputs.searchItems)
    .query(({ ctx, input }) => inventory.searchItems(ctx.pool, input)),
});
