import { z } from "zod";
import * as field from "../fields.ts";
import { customer } from "./common.ts";

export const cartOf = z.strictObject(customer);

export const putCart = z.strictObject({
  ...customer,
  /** The version that the client last read; without it the put replaces whatever cart there is. */
  expectedVersion: field.version.optional(),
  lines: z
    .array(
      z.strictObject({
        itemId: field.id,
        quantity: field.quantity,
        /** What the client believes; refused when the server knows better. */
        vendorId: field.id.optional(),
        unitPrice: field.money.optional(),
        totalPrice: field.money.optional(),
      }),
    )
    .min(1)
    .max(100),
});
