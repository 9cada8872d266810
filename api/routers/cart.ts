import { changeCart } from "../cart/change-cart.ts";
import { mergeCarts } from "../cart/merge-carts.ts";
import { newGuest, ownerFor, ownerOrNewGuest } from "../cart/owner.ts";
import { viewCart } from "../cart/view-cart.ts";
import * as inputs from "../schema/inputs/cart.ts";
import { customerProcedure, publicProcedure, router } from "../trpc.ts";

/** About the cart of a customer, of a guest, or, for an admin, of anybody. */
const shopperProcedure = publicProcedure.meta({ roles: ["anonymous", "customer", "admin"] });

export const cartRouter = router({
  /** A new guest's id, with which they have a cart until they sign in. Whoever holds it holds the cart. */
  createGuest: shopperProcedure.mutation(() => newGuest()),
  /** Null without a cart, or when it has expired; an emptied one has no lines. */
  get: shopperProcedure
    .input(inputs.cartOf)
    .query(({ ctx, input }) => viewCart(ctx, ownerFor(ctx.caller, input), input.refresh)),
  /** Adds units to the item's line, or a line. Of a caller who is nobody yet it makes a guest. */
  add: shopperProcedure.input(inputs.addToCart).mutation(({ ctx, input }) => {
    const owner = ownerOrNewGuest(ctx.caller, input);
    return changeCart(ctx, { ...input, owner, edit: { does: "add", line: input } });
  }),
  /** Sets the item's quantity. */
  change: shopperProcedure.input(inputs.changeLine).mutation(({ ctx, input }) => {
    const owner = ownerFor(ctx.caller, input);
    return changeCart(ctx, { ...input, owner, edit: { does: "change", line: input } });
  }),
  /** Takes the item out, if it is there. Null without a cart. */
  remove: shopperProcedure.input(inputs.removeFromCart).mutation(({ ctx, input }) => {
    const owner = ownerFor(ctx.caller, input);
    return changeCart(ctx, { ...input, owner, edit: { does: "remove", itemId: input.itemId } });
  }),
  /** Takes everything out. Null without a cart. */
  clear: shopperProcedure.input(inputs.clearCart).mutation(({ ctx, input }) => {
    const owner = ownerFor(ctx.caller, input);
    return changeCart(ctx, { ...input, owner, edit: { does: "clear" } });
  }),
  /** Replaces all lines. Of a caller who is nobody yet it makes a guest. */
  put: shopperProcedure.input(inputs.putCart).mutation(({ ctx, input }) => {
    const owner = ownerOrNewGuest(ctx.caller, input);
    return changeCart(ctx, { ...input, owner, edit: { does: "replace", lines: input.lines } });
  }),
  /** Moves a guest's lines into the cart of the customer who has signed in; repeated, it moves nothing again. */
  merge: customerProcedure
    .input(inputs.mergeCart)
    .mutation(({ ctx, input }) =>
      mergeCarts(ctx, { userId: ctx.customerId, guestId: input.guestId }),
    ),
});
