import type { ShopFailure } from "mercado-shop-client";

/** A failure as a customer may read it; the shop's own words name procedures. */
export function describeFailure(failure: ShopFailure): string {
  switch (failure.mercado) {
    case "UNREACHABLE":
      return "The shop cannot be reached. Check your connection, then try again.";
    case "SERVICE_UNAVAILABLE":
    case "INTERNAL":
      return "The shop has a problem just now. Try again in a moment.";
    case "UNAUTHORIZED":
      return "Please sign in first.";
    case "TOKEN_INVALID":
      return "You have been signed out. Please sign in again.";
    case "FORBIDDEN":
      return "This is not open to you.";
    case "CART_CHANGED":
      return "Your cart has changed meanwhile, perhaps in another window. Here it is as it is now.";
    case "CART_EMPTY":
      return "There is nothing in your cart.";
    case "CHECKOUT_ABORTED":
      return "Your order was given up, and nothing was bought. Please order again.";
    case "RATE_LIMITED":
      return "That was a little fast. Wait a moment, then try again.";
    case "ITEM_NOT_FOUND":
    case "ITEM_UNAVAILABLE":
      return "This is not sold any more.";
    case "ITEM_NOT_IN_CART":
      return "This is not in your cart any more, perhaps because of another window.";
    case "STOCK_INSUFFICIENT":
      return "There are not enough left.";
    default:
      return failure.message;
  }
}
