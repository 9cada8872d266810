import { z } from "zod";
import * as field from "../fields.ts";
import { optional, partial } from "./common.ts";

export { byId, ownById } from "./common.ts";

const profile = {
  vendorName: field.text(100),
  region: field.text(100),
};

export const createVendor = z.strictObject(profile);

/** A vendor may leave it out: it is the caller; an admin names the vendor. */
const vendor = { vendorId: field.id.optional() };

export const updateVendor = partial(profile, vendor);

export const searchVendors = optional(
  z.strictObject({
    vendorName: field.searchText.optional(),
    /** For admins. */
    includeArchived: z.boolean().default(false),
    limit: field.limit,
    cursor: field.idCursor,
  }),
);

export const salesOfVendor = optional(
  z.strictObject({
    ...vendor,
    limit: field.limit,
    cursor: field.saleCursor,
  }),
);

export const customersOfVendor = optional(
  z.strictObject({
    ...vendor,
    /** Part of the name or of the email. */
    query: field.searchText.optional(),
    limit: field.limit,
    cursor: field.idCursor,
  }),
);
