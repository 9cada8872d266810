import type { inferRouterOutputs } from "@trpc/server";
import { z } from "zod";
import type { MergedCart } from "../cart/merge-carts.ts";
import type { CurrentPrices } from "../cart/view-cart.ts";
import { DIFFERENCE_REASONS } from "../checkout/pricing.ts";
import { customerRow } from "../postgres/customers.ts";
import { changeRow } from "../postgres/inventory-audit.ts";
import { itemRow } from "../postgres/inventory.ts";
import { buyerRow, soldLine } from "../postgres/vendor-sales.ts";
import { vendorRow } from "../postgres/vendors.ts";
import type { AppRouter } from "../router.ts";
import type { Cart, CartLine, Transaction } from "../values/cart.ts";

type Outputs = inferRouterOutputs<AppRouter>;
type PathsIn<Router extends keyof Outputs> = {
  [Name in keyof Outputs[Router] & string as `${Router}.${Name}`]: Outputs[Router][Name];
};
type Merged<Union> = (Union extends unknown ? (value: Union) => void : never) extends (
  value: infer All,
) => void
  ? All
  : never;

/** What each procedure answers, by its path. */
type OutputsByPath = Merged<{ [Router in keyof Outputs]: PathsIn<Router> }[keyof Outputs]>;

export type ProcedurePath = keyof OutputsByPath;

const money = z.string().describe('An exact decimal with two places, such as "12.50".');
const timestamp = z.string().describe("UTC, with six decimals: 2026-03-01T12:00:00.000000Z.");

const line = z.object({
  lineNumber: z.int(),
  itemId: z.int(),
  itemName: z.string(),
  vendorId: z.int(),
  category: z.int(),
  quantity: z.int(),
  unitPrice: money,
  totalPrice: money,
  refersToLine: z.int().optional(),
}) satisfies z.ZodType<CartLine>;

const cartContent = {
  version: z.int(),
  updatedAt: timestamp,
  expiresAt: timestamp.nullable(),
  lines: z.array(line.extend({ pricedAt: timestamp })),
  totalPrice: money,
  pricesAsOf: timestamp,
};

const cart = z.union([
  z.object({ userId: z.int(), guestId: z.null(), ...cartContent }),
  z.object({ userId: z.null(), guestId: z.string(), ...cartContent }),
]) satisfies z.ZodType<Cart>;

const mergedCart = z.object({
  cart: z.object({ userId: z.int(), guestId: z.null(), ...cartContent }).nullable(),
  leftOut: z.array(z.object({ itemId: z.int(), quantity: z.int() })),
}) satisfies z.ZodType<MergedCart>;

const current = z.object({
  asOf: timestamp,
  totalPrice: money,
  differences: z.array(
    z.object({
      lineNumber: z.int(),
      itemId: z.int(),
      reason: z.enum(DIFFERENCE_REASONS),
      shown: z.object({ vendorId: z.int(), unitPrice: money, quantity: z.int() }),
      current: z.object({ vendorId: z.int(), unitPrice: money, available: z.int() }).nullable(),
    }),
  ),
}) satisfies z.ZodType<CurrentPrices>;

const viewedCart = cart.and(z.object({ current: current.optional() }));

const transaction = z.object({
  transactionId: z.uuid(),
  kind: z.enum(["sale", "refund"]),
  refersTo: z.string().nullable(),
  userId: z.int(),
  createdAt: timestamp,
  lines: z.array(line),
  totalPrice: money,
}) satisfies z.ZodType<Transaction>;

function page<Row>(row: z.ZodType<Row>) {
  return z.object({ items: z.array(row), nextCursor: z.string().nullable() });
}

/** What the procedures answer. The compiler holds these schemas to the procedures' own types. */
export const OUTPUTS: { readonly [Path in ProcedurePath]?: z.ZodType<OutputsByPath[Path]> } = {
  "customer.create": customerRow,
  "customer.get": customerRow,
  "customer.byEmail": customerRow.nullable(),
  "customer.search": page(customerRow),
  "customer.update": customerRow,
  "customer.archive": customerRow,
  "customer.restore": customerRow,
  "vendor.create": vendorRow,
  "vendor.get": vendorRow,
  "vendor.search": page(vendorRow),
  "vendor.update": vendorRow,
  "vendor.archive": vendorRow,
  "vendor.restore": vendorRow,
  "vendor.sales": page(soldLine),
  "vendor.customers": page(buyerRow),
  "inventory.create": itemRow,
  "inventory.get": itemRow,
  "inventory.search": page(itemRow),
  "inventory.update": itemRow,
  "inventory.archive": itemRow,
  "inventory.restore": itemRow,
  "inventory.changes": page(changeRow),
  "cart.createGuest": z.object({ guestId: z.string() }),
  "cart.get": viewedCart.nullable(),
  "cart.add": cart,
  "cart.change": cart,
  "cart.remove": cart.nullable(),
  "cart.clear": cart.nullable(),
  "cart.put": cart,
  "cart.merge": mergedCart,
  "checkout.create": transaction,
  "checkout.get": transaction.nullable(),
  "transaction.history": page(transaction),
  "transaction.get": transaction,
  "transaction.refund": transaction,
  "transaction.cancel": transaction,
};
