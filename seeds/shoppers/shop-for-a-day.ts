import { TRPCClientError } from "@trpc/client";
import type { ShopClient } from "../../api/client.ts";
import type { AppRouter } from "../../api/router.ts";
import type { Cart, Transaction } from "../../api/values/cart.ts";
import { toTimestamp } from "../../api/values/time.ts";
import type { Baskets, BasketLine } from "./baskets.ts";
import type { SettableClock } from "./clock.ts";

export interface Shopper {
  client: ShopClient;
  clock: SettableClock;
  userId: number;
  baskets: Baskets;
  /** When the shopper acts; `action` counts from 0. */
  actsAt: (action: number) => Date;
  /** A different one for each purchase, the same whenever the day is shopped again. */
  keyOf: (purchase: number) => string;
}

function isPut(cart: Cart | null, lines: readonly BasketLine[], time: Date): boolean {
  if (cart?.updatedAt !== toTimestamp(time) || cart.lines.length !== lines.length) return false;
  return cart.lines.every((line, index) => {
    const wanted = lines[index];
    return line.itemId === wanted?.itemId && line.quantity === wanted.quantity;
  });
}

interface Purchase {
  transaction: Transaction;
  /** False when an earlier run of the day had made it. */
  fresh: boolean;
}

/** How often one purchase is tried: a checkout that died long ago, or whose cart changed, is given up with its key. */
const TRIES = 5;

/** The keys of one purchase, in the order in which they are tried. */
function keysOf(shopper: Shopper, purchase: number): string[] {
  const key = shopper.keyOf(purchase);
  return Array.from({ length: TRIES }, (_, index) => (index === 0 ? key : `${key}-${index + 1}`));
}

function isGivenUp(error: unknown): boolean {
  if (!(error instanceof TRPCClientError)) return false;
  const { mercado } = (error as TRPCClientError<AppRouter>).data ?? {};
  return mercado === "CHECKOUT_ABORTED" || mercado === "CART_CHANGED";
}

async function buy(shopper: Shopper, purchase: 0 | 1): Promise<Purchase> {
  const { client, userId } = shopper;
  const keys = keysOf(shopper, purchase);
  // All at once and before the cart is touched: a customer who has gone on must not find this basket in it again.
  const [cart, ...earlier] = await Promise.all([
    client.cart.get.query({ userId }),
    ...keys.map((idempotencyKey) => client.checkout.get.query({ userId, idempotencyKey })),
  ]);
  const made = earlier.find((transaction) => transaction !== null);
  if (made) return { transaction: made, fresh: false };
  const isThere = isPut(cart, shopper.baskets[purchase], shopper.actsAt(2 * purchase));
  const shown = isThere ? cart : null;
  return { transaction: await buyAnew(shopper, { purchase, keys, shown }), fresh: true };
}

async function buyAnew(
  shopper: Shopper,
  { purchase, keys, shown }: { purchase: 0 | 1; keys: readonly string[]; shown: Cart | null },
): Promise<Transaction> {
  const { client, clock, userId } = shopper;
  let refusal: unknown;
  for (const [index, idempotencyKey] of keys.entries()) {
    let cart = index === 0 ? shown : null;
    if (cart === null) {
      clock.set(shopper.actsAt(2 * purchase));
      cart = await client.cart.put.mutate({ userId, lines: shopper.baskets[purchase] });
    }
    clock.set(shopper.actsAt(2 * purchase + 1));
    try {
      const { version: cartVersion, totalPrice: expectedTotal } = cart;
      return await client.checkout.create.mutate({
        userId,
        idempotencyKey,
        cartVersion,
        expectedTotal,
      });
    } catch (error) {
      if (!isGivenUp(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** Puts the last basket, unless it is there, or was there and the customer has gone on since. */
async function leaveCart(shopper: Shopper, second: Purchase): Promise<void> {
  const { client, clock, userId } = shopper;
  const time = shopper.actsAt(4);
  if (!second.fresh) {
    const [cart, history] = await Promise.all([
      client.cart.get.query({ userId }),
      client.transaction.history.query({ userId, limit: 1 }),
    ]);
    const newest = history.items[0]?.createdAt ?? "";
    if (cart !== null || newest > toTimestamp(time)) return;
  }
  clock.set(time);
  await client.cart.put.mutate({ userId, lines: shopper.baskets[2] });
}

/** Two purchases and a cart left behind; whatever of it an earlier run has done stays as it is. */
export async function shopForADay(shopper: Shopper): Promise<Transaction[]> {
  const first = await buy(shopper, 0);
  const second = await buy(shopper, 1);
  await leaveCart(shopper, second);
  return [first.transaction, second.transaction];
}
