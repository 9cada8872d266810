import { z } from "zod";
import * as field from "../fields.ts";
import { customer, optional, partial } from "./common.ts";

export { byId, ownById } from "./common.ts";

const profile = {
  firstName: field.text(50),
  lastName: field.text(50),
  email: field.email,
};

export const createCustomer = z.strictObject(profile);

export const updateCustomer = partial(profile, customer);

export const customerByEmail = z.strictObject({ email: field.email });

export const searchCustomers = optional(
  z.strictObject({
    /** Part of the name or of the email. */
    query: field.searchText.optional(),
    /** Part of "first last". */
    name: field.searchText.optional(),
    email: field.searchText.optional(),
    includeArchived: z.boolean().default(false),
    limit: field.limit,
    cursor: field.idCursor,
  }),
);
