import { priceAgain, type LineDifference } from "../checkout/pricing.ts";
import { findOffers } from "../postgres/offers.ts";
import { unitsByItem, type Cart, type CartOwner } from "../values/cart.ts";
import { toTimestamp } from "../values/time.ts";
import type { CartStores } from "./change-cart.ts";
import { findCart } from "./find-cart.ts";

/** What has become of the prices that a cart shows. */
export interface CurrentPrices {
  asOf: string;
  /** What the lines cost now, of those items that are still sold: the total to check out with. */
  totalPrice: string;
  /** Those for which a checkout would be refused. */
  differences: LineDifference[];
}

export type ViewedCart = Cart & { current?: CurrentPrices };

/** The owner's cart, on demand beside what it would cost now; the cart itself keeps showing what it showed. */
export async function viewCart(
  stores: CartStores,
  owner: CartOwner,
  refresh: boolean,
): Promise<ViewedCart | null> {
  const asOf = toTimestamp(stores.clock());
  const cart = await findCart(stores.table, owner, asOf);
  if (cart === null || !refresh) return cart;
  const offers = await findOffers(stores.pool, [...unitsByItem(cart.lines).keys()]);
  const { totalPrice, differences } = priceAgain(cart.lines, offers);
  return { ...cart, current: { asOf, totalPrice, differences } };
}
