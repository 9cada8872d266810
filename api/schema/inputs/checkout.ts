import { z } from "zod";
import * as field from "../fields.ts";
import { customer } from "./common.ts";

export const checkoutKey = z.strictObject({
  ...customer,
  idempotencyKey: field.idempotencyKey,
});

export const checkout = checkoutKey.extend({
  /** Of the cart that the customer was shown. */
  cartVersion: field.version,
  /** What the customer was shown to pay. */
  expectedTotal: field.money,
});
