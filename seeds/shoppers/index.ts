export { createSettableClock, type SettableClock } from "./clock.ts";
export { goShopping, type ShoppingOptions, type ShoppingSummary } from "./go-shopping.ts";
