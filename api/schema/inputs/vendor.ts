import { z } from "zod";
import * as field from "../fields.ts";

export { byId } from "./common.ts";

export const createVendor = z.strictObject({
  vendorName: field.text(100),
  region: field.text(100),
});

export const searchVendors = z.strictObject({
  vendorName: field.searchText.optional(),
  limit: field.limit,
  cursor: field.idCursor,
});
