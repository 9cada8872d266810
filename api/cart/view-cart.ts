import type { Cart, CartOwner } from "../values/cart.ts";
import { toTimestamp } from "../values/time.ts";
import type { CartStores } from "./change-cart.ts";
import { findCart } from "./find-cart.ts";

export function viewCart(stores: CartStores, owner: CartOwner): Promise<Cart | null> {
  return findCart(stores.table, owner, toTimestamp(stores.clock()));
}
