import { z } from "zod";
import * as field from "../fields.ts";
import { optional, partial } from "./common.ts";

export { byId } from "./common.ts";

/**
 * The stock of an item whose vendor names none. The shop's first API knew no stock, so its callers
 * expect every listed item to be sellable; a vendor who counts says so.
 */
export const STOCK_WHEN_UNCOUNTED = 1_000_000;

/** What a vendor says of an item, in a procedure's input as in a line of a bulk upload. */
export const itemFields = {
  itemName: field.text(100),
  category: field.category,
  price: field.price,
};

export const createItem = z.strictObject({
  /** A vendor may leave it out: it is the caller; an admin names the vendor. */
  vendorId: field.id.optional(),
  ...itemFields,
  stock: field.stock.default(STOCK_WHEN_UNCOUNTED),
  /** The vendor's own code, which one living item of the vendor has. */
  sku: field.sku.optional(),
});

export const updateItem = partial(
  {
    ...itemFields,
    /** Units that are there now, whatever was sold meanwhile. */
    stock: field.stock,
    /** Units that came (or, negative, went), on top of what is there by then. */
    stockChange: field.stockChange,
    /** Null takes the code away. */
    sku: field.sku.nullable(),
  },
  { id: field.id, reason: field.reason.optional() },
).refine((update) => update.stock === undefined || update.stockChange === undefined, {
  error: "stock and stockChange exclude each other",
});

export const archiveItem = z.strictObject({ id: field.id, reason: field.reason.optional() });

export const changesOfItem = z.strictObject({
  id: field.id,
  limit: field.limit,
  cursor: field.bigIdCursor,
});

export const searchItems = optional(
  z
    .strictObject({
      /** Words of the item's and the vendor's name, best fit first; a word may be begun or misspelt. At most ten count. */
      query: field.searchText.optional(),
      /** Part of the item's name, letter by letter; so is vendorName. */
      itemName: field.searchText.optional(),
      vendorName: field.searchText.optional(),
      vendorId: field.id.optional(),
      category: field.category.optional(),
      minPrice: field.money.optional(),
      maxPrice: field.money.optional(),
      /** True: with units to sell; false: sold out. */
      inStock: z.boolean().optional(),
      /** A vendor finds archived items of their own, an admin all. */
      includeArchived: z.boolean().default(false),
      limit: field.limit,
      cursor: field.itemCursor,
    })
    .refine(
      ({ query, cursor }) => cursor === undefined || (query === undefined) === (cursor.rank === 0),
      {
        path: ["cursor"],
        error: "must be a nextCursor of an earlier page of the same search",
      },
    ),
);
