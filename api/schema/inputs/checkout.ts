import { z } from "zod";
import * as field from "../fields.ts";
import { customer } from "./common.ts";

export const checkoutKey = z.strictObject({
  ...customer,
  idempotencyKey: field.idempotencyKey,
});

export const checkout = checkoutKey.extend({
  cartVersion: field.version.optional(),
  /** The total that the customer was shown. */
  expectedTotal: field.money.optional(),
});
