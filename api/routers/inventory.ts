import { itemsNotFound } from "../errors.ts";
import { findItemChanges } from "../postgres/inventory-audit.ts";
import { searchItems } from "../postgres/inventory-search.ts";
import * as inventory from "../postgres/inventory.ts";
import * as updates from "../postgres/item-updates.ts";
import { archivedItemsFor, seesArchived } from "../roles/archived.ts";
import { nameOfCaller, type Caller } from "../roles/caller.ts";
import * as inputs from "../schema/inputs/inventory.ts";
import { ownItemsProcedure, publicProcedure, router, vendorProcedure } from "../trpc.ts";

function actingAs(caller: Caller, reason: string | null = null) {
  return { actor: nameOfCaller(caller), reason };
}

interface OwnItems {
  caller: Caller;
  onlyVendorId: number | null;
}

function changeOf(ctx: OwnItems, { id, reason }: { id: number; reason?: string | undefined }) {
  return { id, onlyVendorId: ctx.onlyVendorId, acting: actingAs(ctx.caller, reason) };
}

export const inventoryRouter = router({
  create: vendorProcedure
    .input(inputs.createItem)
    .mutation(({ ctx, input }) =>
      inventory.createItem(ctx.pool, { ...input, vendorId: ctx.vendorId }, actingAs(ctx.caller)),
    ),
  /** One that is not sold any more for its vendor and admins only. */
  get: publicProcedure.input(inputs.byId).query(async ({ ctx, input }) => {
    const found = await inventory.findItem(ctx.pool, input.id);
    if (found === null) throw itemsNotFound([input.id]);
    const { forSale, ...item } = found;
    if (!forSale && !seesArchived(ctx.caller, item.vendorId)) throw itemsNotFound([input.id]);
    return item;
  }),
  search: publicProcedure.input(inputs.searchItems).query(({ ctx, input }) => {
    const archivedOf = input.includeArchived ? archivedItemsFor(ctx.caller) : "nobody";
    return searchItems(ctx.pool, { ...input, archivedOf });
  }),
  update: ownItemsProcedure
    .input(inputs.updateItem)
    .mutation(({ ctx, input }) => updates.updateItem(ctx.pool, changeOf(ctx, input), input)),
  /** Takes the item off the shop; what was sold of it stays. */
  archive: ownItemsProcedure
    .input(inputs.archiveItem)
    .mutation(({ ctx, input }) => updates.archiveItem(ctx.pool, changeOf(ctx, input))),
  restore: ownItemsProcedure
    .input(inputs.archiveItem)
    .mutation(({ ctx, input }) => updates.restoreItem(ctx.pool, changeOf(ctx, input))),
  /** The audit trail of an item's price and stock, newest first. */
  changes: ownItemsProcedure.input(inputs.changesOfItem).query(async ({ ctx, input }) => {
    const { onlyVendorId } = ctx;
    const { id, ...page } = input;
    await updates.ownItem(ctx.pool, { id, onlyVendorId });
    return findItemChanges(ctx.pool, { itemId: id, onlyVendorId, ...page });
  }),
});
