import { randomUUID } from "node:crypto";
import { ShopError } from "../errors.ts";
import type { RestRequest } from "./rest-request.ts";
import { callProcedure, type ShopCaller } from "./shop-caller.ts";

type Cart = Awaited<ReturnType<ShopCaller["cart"]["get"]>>;

/**
 * Buys the customer's cart for callers who say no more than who the customer is, as those of the shop's first API do: the
 * version and the total are read here. A repeated Idempotency-Key finds its purchase although the cart is gone.
 */
export async function buyCart(
  shop: ShopCaller,
  { input, idempotencyKey }: RestRequest,
): Promise<unknown> {
  const key = input["idempotencyKey"] ?? idempotencyKey ?? randomUUID();
  const request = { ...input, idempotencyKey: key };
  if ("cartVersion" in input || "expectedTotal" in input) {
    return callProcedure(shop, "checkout.create", request);
  }
  const earlier = await callProcedure(shop, "checkout.get", request);
  if (earlier !== null) return earlier;
  const owner = "userId" in input ? { userId: input["userId"] } : {};
  const cart = (await callProcedure(shop, "cart.get", owner)) as Cart;
  if (cart === null) {
    // A call with the same key may have bought the cart since the first look.
    const bought = await callProcedure(shop, "checkout.get", request);
    if (bought !== null) return bought;
    throw new ShopError("CART_EMPTY", "There is nothing in the cart.", {
      hint: "Put lines into the cart with POST /cart/ before checking out.",
    });
  }
  const { version: cartVersion, totalPrice: expectedTotal } = cart;
  return callProcedure(shop, "checkout.create", { ...request, cartVersion, expectedTotal });
}
