import { z } from "zod";
import * as field from "../fields.ts";

export { byId } from "./common.ts";

/**
 * The stock of an item whose vendor names none. The shop's first API knew no stock, so its callers
 * expect every listed item to be sellable; a vendor who counts says so.
 */
const STOCK_WHEN_UNCOUNTED = 1_000_000;

export const createItem = z.strictObject({
  /** A vendor may leave it out: it is the caller; an admin names the vendor. */
  vendorId: field.id.optional(),
  itemName: field.text(100),
  category: field.category,
  price: field.price,
  stock: field.stock.default(STOCK_WHEN_UNCOUNTED),
});

export const searchItems = z.strictObject({
  itemName: field.searchText.optional(),
  vendorName: field.searchText.optional(),
  vendorId: field.id.optional(),
  category: field.category.optional(),
  limit: field.limit,
  cursor: field.idCursor,
});
