import { z } from "zod";
import * as field from "./fields.ts";

/**
 * The stock of an item whose vendor names none. The shop's first API knew no stock, so its callers
 * expect every listed item to be sellable; a vendor who counts says so.
 */
const STOCK_WHEN_UNCOUNTED = 1_000_000;

export const byId = z.strictObject({ id: field.id });

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

export const createVendor = z.strictObject({
  vendorName: field.text(100),
  region: field.text(100),
});

export const searchVendors = z.strictObject({
  vendorName: field.searchText.optional(),
  limit: field.limit,
  cursor: field.idCursor,
});

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

/** A signed-in customer may leave it out: it is the caller; an admin names the customer. */
const customer = { userId: field.id.optional() };

export const cartOf = z.strictObject(customer);

export const putCart = z.strictObject({
  ...customer,
  /** The version that the client last read; without it the put replaces whatever cart there is. */
  expectedVersion: field.version.optional(),
  lines: z
    .array(
      z.strictObject({
        itemId: field.id,
        quantity: field.quantity,
        /** What the client believes; refused when the server knows better. */
        vendorId: field.id.optional(),
        unitPrice: field.money.optional(),
        totalPrice: field.money.optional(),
      }),
    )
    .min(1)
    .max(100),
});

export const checkoutKey = z.strictObject({
  ...customer,
  idempotencyKey: field.idempotencyKey,
});

export const checkout = checkoutKey.extend({
  cartVersion: field.version.optional(),
  /** The total that the customer was shown. */
  expectedTotal: field.money.optional(),
});

export const history = z.strictObject({
  ...customer,
  limit: field.limit,
  cursor: field.historyCursor,
});
