import type { RawRow } from "./warehouse.ts";

const day = "2026-01-01T10:00:00Z";

/** A good row of each source table; a test changes what it is about. */
export const good = {
  customer: {
    id: 1,
    first_name: "Ann",
    last_name: "Lee",
    email: "ann@example.com",
    joined_at: day,
    archived_at: null,
    updated_at: day,
  },
  vendor: {
    id: 1,
    vendor_name: "Acme",
    region: "PH",
    joined_at: day,
    archived_at: null,
    updated_at: day,
  },
  inventory: {
    id: 1,
    item_name: "Cup",
    category: 2,
    price: "2.50",
    stock: 9,
    vendor_id: 1,
    archived_at: null,
    updated_at: day,
  },
  transaction: { transaction_id: "t1", customer_id: 1, created_at: day, total_price: "7.50" },
  transaction_line: {
    transaction_id: "t1",
    line_number: 1,
    created_at: day,
    item_id: 1,
    vendor_id: 1,
    item_name: "Cup",
    category: 2,
    qty: 3,
    unit_price: "2.50",
    total_price: "7.50",
  },
  cart: { cart_id: "USER#1", updated_at: day, version: 1, expires_at: 1_769_853_600 },
  cart_line: {
    cart_id: "USER#1",
    line_number: 1,
    updated_at: day,
    item_id: 1,
    vendor_id: 1,
    qty: 2,
    unit_price: "2.50",
    total_price: "5.00",
  },
} as const satisfies Record<string, RawRow>;

/** A refund of one of the three units of the good transaction, made on the next day. */
export const goodRefund = {
  transaction: {
    ...good.transaction,
    transaction_id: "r1",
    created_at: "2026-01-02T08:00:00Z",
    kind: "refund",
    refers_to: "t1",
    total_price: "-2.50",
  },
  transaction_line: {
    ...good.transaction_line,
    transaction_id: "r1",
    created_at: "2026-01-02T08:00:00Z",
    kind: "refund",
    refers_to: "t1",
    refers_to_line: 1,
    qty: -1,
    total_price: "-2.50",
  },
} as const satisfies Record<string, RawRow>;

export type ShopTable = keyof typeof good;
export const shopTables = Object.keys(good) as ShopTable[];

/** One customer, vendor, item, transaction of one line, and cart of one line. */
export const smallShop: Readonly<Record<ShopTable, readonly RawRow[]>> = {
  customer: [good.customer],
  vendor: [good.vendor],
  inventory: [good.inventory],
  transaction: [good.transaction],
  transaction_line: [good.transaction_line],
  cart: [good.cart],
  cart_line: [good.cart_line],
};
