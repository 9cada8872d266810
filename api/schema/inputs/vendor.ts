import { z } from "zod";
import * as field from "../fields.ts";
import { partial } from "./common.ts";

export { byId } from "./common.ts";

const profile = {
  vendorName: field.text(100),
  region: field.text(100),
};

export const createVendor = z.strictObject(profile);

/** A vendor may leave `vendorId` out: it is the caller; an admin names the vendor. */
export const updateVendor = partial(profile, { vendorId: field.id.optional() });

export const searchVendors = z.strictObject({
  vendorName: field.searchText.optional(),
  /** For admins. */
  includeArchived: z.boolean().default(false),
  limit: field.limit,
  cursor: field.idCursor,
});
