import { sweep } from "../../checkout/sweep.ts";
import { sql } from "../../postgres/pool.ts";
import { callDying, failureOf, listItems, signUp, type TestShop } from "../../testing.ts";
import { transactionIdFor } from "../../values/identity.ts";
import { centsFromStorage, formatCents } from "../../values/money.ts";
import type { Answer, Operation } from "./operations.ts";
import type { Observation, Owner, User } from "./state.ts";

interface RealRequest {
  readonly userId: number;
  readonly idempotencyKey: string;
  readonly cartVersion: number;
  readonly expectedTotal: string;
}

/** Two customers, a guest and some items of a real shop, and the operations of the model carried out on them. */
export interface RealShop {
  carryOut(operation: Operation): Promise<Answer>;
  observe(): Promise<Observation>;
}

export async function settleRealShop(
  shop: TestShop,
  items: readonly { readonly price: string; readonly stock: number }[],
): Promise<RealShop> {
  const itemIds = await listItems(shop, items);
  const userIds = [await signUp(shop), await signUp(shop)] as const;
  const { guestId } = await shop.client.cart.createGuest.mutate();
  const views: [RealRequest | null, RealRequest | null] = [null, null];
  const requests: RealRequest[] = [];

  const itemOf = (index: number) => itemIds[index] ?? 0;
  const ownerOf = (owner: Owner) => (owner === "guest" ? { guestId } : { userId: userIds[owner] });

  async function look(user: User): Promise<void> {
    const userId = userIds[user];
    const cart = await shop.client.cart.get.query({ userId });
    views[user] = cart && {
      userId,
      idempotencyKey: "",
      cartVersion: cart.version,
      expectedTotal: cart.totalPrice,
    };
  }

  function buy(operation: Extract<Operation, { readonly does: "buy" }>): Promise<unknown> {
    const view = views[operation.user];
    if (view === null) return Promise.reject(new Error("nothing was seen"));
    const request = { ...view, idempotencyKey: operation.key };
    requests.push(request);
    return operation.dies === undefined
      ? shop.client.checkout.create.mutate(request)
      : callDying(shop, operation.dies).checkout.create(request);
  }

  async function refund(operation: Extract<Operation, { readonly does: "refund" }>) {
    const { wanted, key } = operation;
    const request = requests[operation.which % Math.max(1, requests.length)];
    if (request === undefined) throw new Error("nothing was asked for");
    const { userId, idempotencyKey } = request;
    const sale = await shop.client.checkout.get.query({ userId, idempotencyKey });
    const line = sale?.lines.find(({ itemId }) => itemId === itemOf(wanted.item));
    if (line === undefined) throw new Error("it was not bought");
    const input = {
      userId,
      transactionId: transactionIdFor(userId, idempotencyKey),
      lines: [{ lineNumber: line.lineNumber, quantity: wanted.quantity }],
      idempotencyKey: key,
    };
    return operation.dies === undefined
      ? shop.client.transaction.refund.mutate(input)
      : callDying(shop, operation.dies).transaction.refund(input);
  }

  /** Undefined for what cannot be refused. */
  function perform(operation: Operation): Promise<unknown> {
    const { client } = shop;
    switch (operation.does) {
      case "add":
      case "change": {
        const { item, quantity } = operation.wanted;
        const input = { ...ownerOf(operation.owner), itemId: itemOf(item), quantity };
        return client.cart[operation.does].mutate(input);
      }
      case "remove":
        return client.cart.remove.mutate({
          ...ownerOf(operation.owner),
          itemId: itemOf(operation.item),
        });
      case "clear":
        return client.cart.clear.mutate(ownerOf(operation.owner));
      case "merge":
        return client.cart.merge.mutate({ userId: userIds[operation.user], guestId });
      case "look":
        return look(operation.user);
      case "buy":
        return buy(operation);
      case "retry": {
        const request = requests[operation.which % Math.max(1, requests.length)];
        if (request === undefined) return Promise.reject(new Error("nothing was asked for"));
        return client.checkout.create.mutate(request);
      }
      case "refund":
        return refund(operation);
      case "price": {
        const price = formatCents(BigInt(operation.cents));
        return client.inventory.update.mutate({ id: itemOf(operation.item), price });
      }
      case "archive":
      case "restore":
        return client.inventory[operation.does].mutate({ id: itemOf(operation.item) });
      case "wait":
        shop.time.now = new Date(shop.time.now.getTime() + operation.days * 86_400_000);
        return Promise.resolve();
      case "time out":
        return shop.pool.query(
          sql`update stock_reservation set swept_at = null, expires_at = clock_timestamp() - interval '1 minute'
              where state = 'reserved'`,
        );
      case "sweep":
        return sweep(
          { ...shop, clock: () => shop.time.now, reachKillPoint: () => undefined },
          { age: 0 },
        );
    }
  }

  return {
    async carryOut(operation) {
      const failure = await failureOf(perform(operation));
      switch (failure) {
        case "no failure":
          return "done";
        case "INTERNAL":
          return "died";
        case "SERVICE_UNAVAILABLE":
          throw new Error(`${operation.does} could not be carried out`);
        default:
          return "refused";
      }
    },
    async observe() {
      const { client } = shop;
      const owners = [0, 1, "guest"] as const;
      const carts = await Promise.all(owners.map((owner) => client.cart.get.query(ownerOf(owner))));
      const found = await Promise.all(itemIds.map((id) => client.inventory.get.query({ id })));
      const histories = await Promise.all(
        userIds.map((userId) => client.transaction.history.query({ userId, limit: 200 })),
      );
      return {
        carts: carts.map((cart) =>
          (cart?.lines ?? []).map(({ itemId, quantity, unitPrice }) => {
            const cents = centsFromStorage(unitPrice);
            return `${quantity} of ${itemIds.indexOf(itemId)} at ${cents}`;
          }),
        ),
        stock: found.map(({ stock }) => stock),
        histories: histories.map(({ items: page }) =>
          page.map(({ totalPrice }) => String(centsFromStorage(totalPrice))).sort(),
        ),
      };
    },
  };
}
