/** How a procedure is described: what it does, and an input that works in a shop where the ones above were called. */
export interface Example {
  summary: string;
  input?: unknown;
}

/**
 * Every procedure, in an order in which the examples can be called one after the other by an admin of an empty shop: the
 * first customer, vendor and item have the id 1.
 */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "customer.create": {
    summary: "Sign up a customer.",
    input: { firstName: "Ada", lastName: "Reyes", email: "ada@example.com" },
  },
  "customer.get": {
    summary: "A customer by id; of a customer who names none, the caller.",
    input: { id: 1 },
  },
  "customer.byEmail": {
    summary: "A customer by email, in whatever case; null without one.",
    input: { email: "ADA@example.com" },
  },
  "customer.search": { summary: "Customers by name or email.", input: { query: "reyes" } },
  "customer.update": {
    summary: "Change a customer's name or email.",
    input: { userId: 1, lastName: "Reyes-Cruz" },
  },
  "vendor.create": { summary: "Add a vendor.", input: { vendorName: "Hubbard", region: "PH" } },
  "vendor.get": {
    summary: "A vendor by id; of a vendor who names none, the caller.",
    input: { id: 1 },
  },
  "vendor.search": { summary: "Vendors by name.", input: { vendorName: "hub" } },
  "vendor.update": {
    summary: "Change a vendor's name or region.",
    input: { vendorId: 1, region: "SG" },
  },
  "inventory.create": {
    summary: "List an item.",
    input: { vendorId: 1, itemName: "Desk lamp", category: 1, price: "12.50", stock: 100 },
  },
  "inventory.get": { summary: "An item by id.", input: { id: 1 } },
  "inventory.search": {
    summary: "Items by name, vendor, category and price.",
    input: { itemName: "lamp", limit: 10 },
  },
  "inventory.update": {
    summary: "Change an item's name, category, price or stock.",
    input: { id: 1, stockChange: 20, reason: "delivery" },
  },
  "inventory.changes": {
    summary: "The audit trail of an item's price and stock, newest first.",
    input: { id: 1 },
  },
  "cart.put": {
    summary:
      "Replace the cart. Prices and vendors may be sent; where the shop knows better, the answer is 409 and names each line.",
    input: { userId: 1, lines: [{ itemId: 1, quantity: 2, unitPrice: "12.50" }] },
  },
  "cart.get": {
    summary: "The cart; null without one, or when it has expired.",
    input: { userId: 1 },
  },
  "checkout.create": {
    summary:
      "Buy the cart as the customer saw it. The same idempotency key gives the same transaction for ever.",
    input: { userId: 1, idempotencyKey: "order-1", cartVersion: 1, expectedTotal: "25.00" },
  },
  "checkout.get": {
    summary: "The transaction that an idempotency key has led to; null if none is known.",
    input: { userId: 1, idempotencyKey: "order-1" },
  },
  "transaction.history": {
    summary: "A customer's transactions, newest first.",
    input: { userId: 1, limit: 10 },
  },
  "transaction.get": {
    summary: "A transaction by id.",
    input: { transactionId: "43fd4d38-7624-8b1a-a3c0-6fbb6f4bd834" },
  },
  "transaction.refund": {
    summary:
      "Take units of a sale back, or all that is left of it: a transaction of its own, with amounts below zero.",
    input: {
      transactionId: "43fd4d38-7624-8b1a-a3c0-6fbb6f4bd834",
      idempotencyKey: "refund-1",
      lines: [{ lineNumber: 1, quantity: 1 }],
    },
  },
  "transaction.cancel": {
    summary: "Take back all that is left of a sale.",
    input: {
      transactionId: "43fd4d38-7624-8b1a-a3c0-6fbb6f4bd834",
      idempotencyKey: "cancel-1",
    },
  },
  "cart.add": {
    summary:
      "Add units to the item's line, or a line. Of a caller who is nobody yet it makes a guest.",
    input: { userId: 1, itemId: 1, quantity: 1 },
  },
  "cart.change": {
    summary: "Set the quantity of an item in the cart.",
    input: { userId: 1, itemId: 1, quantity: 3 },
  },
  "cart.remove": { summary: "Take an item out of the cart.", input: { userId: 1, itemId: 1 } },
  "cart.clear": { summary: "Take everything out of the cart.", input: { userId: 1 } },
  "cart.createGuest": {
    summary: "A new guest's id, with which they have a cart until they sign in.",
  },
  "cart.merge": {
    summary: "Move a guest's lines into the cart of the customer who has signed in.",
    input: { userId: 1, guestId: "0b54fc3f-6d3c-4c31-9a5c-2d0d3a0e7a11" },
  },
  "vendor.sales": {
    summary: "What was bought of a vendor, newest first, by whom, and how much of it came back.",
    input: { vendorId: 1, limit: 10 },
  },
  "vendor.customers": {
    summary: "Who bought from a vendor, by part of the name or email.",
    input: { vendorId: 1, query: "smith" },
  },
  "inventory.archive": {
    summary: "Take an item off the shop; what was sold of it stays.",
    input: { id: 1, reason: "end of the season" },
  },
  "inventory.restore": { summary: "Sell an archived item again.", input: { id: 1 } },
  "vendor.archive": {
    summary: "Take a vendor and all that it sells off the shop.",
    input: { id: 1 },
  },
  "vendor.restore": { summary: "Let an archived vendor sell again.", input: { id: 1 } },
  "customer.archive": { summary: "Close a customer's account.", input: { id: 1 } },
  "customer.restore": { summary: "Open a closed account again.", input: { id: 1 } },
};

/** By method and path; in an order in which they can be called after those of the procedures. */
export const REST_EXAMPLES: Readonly<Record<string, { url: string; body?: unknown }>> = {
  "POST /customers/": {
    url: "/customers/",
    body: { first_name: "Joshua", last_name: "Smith", email: "joshua@example.com" },
  },
  "GET /customers/": { url: "/customers/?email=joshua" },
  "GET /customers/:id": { url: "/customers/1" },
  "POST /vendors/": { url: "/vendors/", body: { vendor_name: "Cooper-Webb", region: "AZ" } },
  "GET /vendors/": { url: "/vendors/?vendor_name=webb" },
  "GET /vendors/:id": { url: "/vendors/1" },
  "POST /inventory/": {
    url: "/inventory/?vendor_id=1",
    body: { item_name: "chair", category: "1", price: 120 },
  },
  "GET /inventory/": { url: "/inventory/?item_name=lamp&limit=10" },
  "GET /inventory/:id": { url: "/inventory/1" },
  "POST /cart/": {
    url: "/cart/",
    body: {
      user_id: 1,
      cart: [{ item_id: "1", vendor_id: "1", qty: 2, unit_price: "12.50", total_price: 25 }],
    },
  },
  "GET /cart/": { url: "/cart/?user_id=1" },
  "POST /checkout/": { url: "/checkout/", body: { user_id: 1 } },
  "GET /transactions/": { url: "/transactions/?user_id=1&limit=10" },
  "GET /transactions/:transaction_id": {
    url: "/transactions/43fd4d38-7624-8b1a-a3c0-6fbb6f4bd834",
  },
};
