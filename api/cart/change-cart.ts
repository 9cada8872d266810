import { randomUUID } from "node:crypto";
import { findStoredCart, storeCart, type StoredCart } from "../dynamodb/carts.ts";
import type { Table } from "../dynamodb/table.ts";
import { ShopError } from "../errors.ts";
import { findOffersTo, type OffersToCustomer } from "../postgres/cart-versions.ts";
import { findOffers } from "../postgres/offers.ts";
import type { ConnectionPool } from "../postgres/pool.ts";
import type { Cart, CartOwner } from "../values/cart.ts";
import { toTimestamp, type Clock } from "../values/time.ts";
import { editLines, itemsOf, type CartEdit, type FillingEdit } from "./edit-lines.ts";
import { showCart, unlessExpired } from "./find-cart.ts";
import type { CartLifetimes } from "./lifetime.ts";
import { settle } from "./settle.ts";
import { successorOf } from "./successor.ts";

export interface CartStores {
  pool: ConnectionPool;
  table: Table;
  clock: Clock;
  cartLifetimes: CartLifetimes;
}

export interface CartRequest<Edit extends CartEdit = CartEdit> {
  owner: CartOwner;
  edit: Edit;
  /** The version that the client last read; without it the edit applies to whatever cart there is. */
  expectedVersion?: number | undefined;
  /** Chosen by the client: a change whose id is among the cart's latest is not made again. */
  requestId?: string | undefined;
}

/** Changes one cart, and returns it; null when there is no cart and the edit needs none. */
export function changeCart(stores: CartStores, request: CartRequest<FillingEdit>): Promise<Cart>;
export function changeCart(stores: CartStores, request: CartRequest): Promise<Cart | null>;
export function changeCart(stores: CartStores, request: CartRequest): Promise<Cart | null> {
  const { owner, edit, requestId: changeId = randomUUID() } = request;
  const itemIds = itemsOf(edit);
  return settle<Cart | null>(async () => {
    const now = toTimestamp(stores.clock());
    const stored = await findStoredCart(stores.table, owner);
    const live = unlessExpired(stored, now);
    if (live?.changeIds.includes(changeId) === true) return { result: showCart(owner, live) };
    refuseOtherVersion(live, request.expectedVersion);
    const before = live?.lines ?? [];
    const { offers, lastVersion } = await findOffersFor(stores.pool, owner, itemIds);
    const lines = editLines(before, edit, { offers, pricedAt: now });
    if (lines === before) return { result: live && showCart(owner, live) };
    const write = await successorOf(
      stores,
      { owner, stored, now, lastVersion },
      { changeId, lines },
    );
    return { result: showCart(owner, write.cart), write: () => storeCart(stores.table, write) };
  });
}

/** What the items of an edit cost its owner; `lastVersion` where that could be asked along the way. */
async function findOffersFor(
  pool: ConnectionPool,
  owner: CartOwner,
  itemIds: readonly number[],
): Promise<Pick<OffersToCustomer, "offers"> & Partial<OffersToCustomer>> {
  if (itemIds.length === 0) return { offers: new Map() };
  if ("userId" in owner) return findOffersTo(pool, owner.userId, itemIds);
  return { offers: await findOffers(pool, itemIds) };
}

function refuseOtherVersion(live: StoredCart | null, expected: number | undefined): void {
  if (expected === undefined || expected === live?.version) return;
  const version = live?.version ?? null;
  const cause =
    version === null
      ? "There is no cart by now."
      : `The cart has version ${version}, not ${expected}.`;
  throw new ShopError("CART_CHANGED", cause, {
    hint: "Read the cart again with cart.get, and send the change with the version that it has.",
    details: { version },
  });
}
