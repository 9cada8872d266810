import { z } from "zod";
import * as field from "../fields.ts";
import { customer, optional } from "./common.ts";

interface NamedOwner {
  userId?: number | undefined;
  guestId?: string | undefined;
}

/** Whose cart: a signed-in customer may leave both out, an admin names one of the two, everybody else sends a guestId. */
const owner = { ...customer, guestId: field.guestId.optional() };

const ONE_OWNER = {
  error: "is not sent beside userId: a cart has one owner",
  path: ["guestId"],
};

function hasOneOwner({ userId, guestId }: NamedOwner): boolean {
  return userId === undefined || guestId === undefined;
}

const change = {
  ...owner,
  /** The version that the client last read; without it the change applies to whatever cart there is. */
  expectedVersion: field.version.optional(),
  /** Another one for every change: a change that is sent again with its id is made once. */
  requestId: field.requestId.optional(),
};

const line = {
  itemId: field.id,
  quantity: field.quantity,
  /** What the client believes; refused when the server knows better. */
  vendorId: field.id.optional(),
  unitPrice: field.money.optional(),
};

export const cartOf = optional(
  z
    .strictObject({
      ...owner,
      /** Says in `current` what has become of the prices that the cart shows. */
      refresh: z.boolean().default(false),
    })
    .refine(hasOneOwner, ONE_OWNER),
);

export const addToCart = z.strictObject({ ...change, ...line }).refine(hasOneOwner, ONE_OWNER);

export const changeLine = z.strictObject({ ...change, ...line }).refine(hasOneOwner, ONE_OWNER);

export const removeFromCart = z
  .strictObject({ ...change, itemId: field.id })
  .refine(hasOneOwner, ONE_OWNER);

export const clearCart = optional(z.strictObject(change).refine(hasOneOwner, ONE_OWNER));

export const putCart = z
  .strictObject({
    ...change,
    lines: z
      .array(z.strictObject({ ...line, totalPrice: field.money.optional() }))
      .min(1)
      .max(100),
  })
  .refine(hasOneOwner, ONE_OWNER);

export const mergeCart = z.strictObject({ ...customer, guestId: field.guestId });
