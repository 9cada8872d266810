import { z } from "zod";
import * as field from "../fields.ts";
import { customer } from "./common.ts";

export const history = z.strictObject({
  ...customer,
  limit: field.limit,
  cursor: field.historyCursor,
});

export const transactionOf = z.strictObject({ transactionId: field.transactionId });
