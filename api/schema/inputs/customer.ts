import { z } from "zod";
import * as field from "../fields.ts";

export { byId } from "./common.ts";

export const createCustomer = z.strictObject({
  firstName: field.text(50),
  lastName: field.text(50),
  email: field.email,
});

export const customerByEmail = z.strictObject({ email: field.email });

export const searchCustomers = z.strictObject({
  /** Part of "first last". */
  name: field.searchText.optional(),
  email: field.searchText.optional(),
  limit: field.limit,
  cursor: field.idCursor,
});
