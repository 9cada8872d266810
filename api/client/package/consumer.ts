/** A storefront of another repository, as its author would write it: uses every router. Run with the shop's URL. */
export const CONSUMER = `
import { createShopClient, shopFailureOf } from "mercado-shop-client";
import type { Cart, Item, Page, ShopClient, ShopErrorCode, ShopFailure, ShopInputs, ShopOutputs } from "mercado-shop-client";

const [, , url = "http://127.0.0.1:8000"] = process.argv;
const shop: ShopClient = createShopClient({ url, getToken: () => undefined, retries: 1 });

const person: ShopInputs["customer"]["create"] = { firstName: "Ada", lastName: "Reyes", email: "ada@example.org" };
const customer = await shop.customer.create.mutate(person);
const found: string | undefined = (await shop.customer.byEmail.query({ email: person.email }))?.joinedAt;
const vendor = await shop.vendor.create.mutate({ vendorName: "Hubbard", region: "GW" });
const listed: Item = await shop.inventory.create.mutate({
  vendorId: vendor.id, itemName: "Desk", category: 1, price: "12.50", stock: 3,
});
const page: Page<Item> = await shop.inventory.search.query({ vendorId: vendor.id, limit: 10 });
const userId = customer.id;
const cart: Cart = await shop.cart.put.mutate({ userId, lines: [{ itemId: listed.id, quantity: 2 }] });
const shown: ShopOutputs["cart"]["get"] = await shop.cart.get.query({ userId });
const bought = await shop.checkout.create.mutate({
  userId, idempotencyKey: "consumer", cartVersion: cart.version, expectedTotal: cart.totalPrice,
});
const everything: Page<Item> = await shop.inventory.search.query();
const history = await shop.transaction.history.query({ userId });
let refused: ShopErrorCode | "UNREACHABLE" = "INTERNAL";
try {
  await shop.inventory.get.query({ id: 999_999 });
} catch (error) {
  const failure: ShopFailure = shopFailureOf(error);
  refused = failure.mercado;
}
console.log(JSON.stringify({
  joined: found === customer.joinedAt,
  items: page.items.map((item) => item.itemName),
  everything: everything.items.length,
  shown: shown?.totalPrice,
  bought: bought.totalPrice,
  history: history.items.map((transaction) => transaction.transactionId === bought.transactionId),
  refused,
}));
`;

/** Calls that must not compile, one a line. */
export const WRONG_CALLS = [
  'await shop.inventory.search.query({ itemname: "desk" });',
  'await shop.inventory.create.mutate({ vendorId: 1, itemName: "Desk", category: 1, price: true });',
  "await shop.cart.put.mutate({ userId: 1, lines: [{ itemId: 1 }] });",
  "await shop.checkout.create.mutate({ userId: 1 });",
  "const price: number = (await shop.inventory.get.query({ id: 1 })).price;",
  "await shop.inventory.get.mutate({ id: 1 });",
  "await shop.nothing.here.query();",
  'const code: "NO_SUCH_CODE" = shopFailureOf(null).mercado;',
] as const;
