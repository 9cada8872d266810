import type { ShopClient } from "../../api/client.ts";
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

async function buy(shopper: Shopper, purchase: 0 | 1): Promise<Purchase> {
  const { client, clock, userId } = shopper;
  const idempotencyKey = shopper.keyOf(purchase);
  const putTime = shopper.actsAt(2 * purchase);
  const lines = shopper.baskets[purchase];
  const [earlier, cart] = await Promise.all([
    client.checkout.get.query({ userId, idempotencyKey }),
    client.cart.get.query({ userId }),
  ]);
  if (earlier === null && !isPut(cart, lines, putTime)) {
    clock.set(putTime);
    await client.cart.put.mutate({ userId, lines });
  }
  clock.set(shopper.actsAt(2 * purchase + 1));
  // Also when it has happened: the service may have died before it closed its books on it.
  const transaction = await client.checkout.create.mutate({ userId, idempotencyKey });
  return { transaction, fresh: earlier === null };
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
