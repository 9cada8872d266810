import { z } from "zod";
import * as field from "../fields.ts";
import { customer, optional } from "./common.ts";

const transactionKey = {
  /** The sale knows its customer; one who is named must be that one. */
  ...customer,
  transactionId: field.transactionId,
  idempotencyKey: field.idempotencyKey,
};

export const cancel = z.strictObject(transactionKey);

export const refund = z.strictObject({
  ...transactionKey,
  /** Units of the sale's lines; without them, all that is left. */
  lines: z
    .array(z.strictObject({ lineNumber: field.lineNumber, quantity: field.quantity }))
    .min(1)
    .max(100)
    .refine((lines) => new Set(lines.map((line) => line.lineNumber)).size === lines.length, {
      error: "names a line twice",
    })
    .optional(),
  /** For the shop's own books; its customer does not see it. */
  reason: field.text(200).optional(),
});

export const history = optional(
  z.strictObject({
    ...customer,
    limit: field.limit,
    cursor: field.historyCursor,
  }),
);

export const transactionOf = z.strictObject({ transactionId: field.transactionId });
