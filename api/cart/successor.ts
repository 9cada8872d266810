import type { CartWrite, StoredCart, Takeover } from "../dynamodb/carts.ts";
import { customerNotFound } from "../errors.ts";
import type { ConnectionPool } from "../postgres/pool.ts";
import { lastCartVersion, type LastCartVersion } from "../postgres/cart-versions.ts";
import type { CartOwner, ShownLine } from "../values/cart.ts";
import { unlessExpired } from "./find-cart.ts";
import { epochSecondsOf, expiryOf, firstVersionAt, type CartLifetimes } from "./lifetime.ts";

/** What is stored of an owner's cart, expired or not, and when it was looked at. */
export interface Look {
  readonly owner: CartOwner;
  readonly stored: StoredCart | null;
  readonly now: string;
  /** Of a customer, asked after the look: where a checkout has just taken the cart away, its version is known by then. */
  readonly lastVersion?: LastCartVersion | undefined;
}

export interface Change {
  readonly changeId: string;
  readonly lines: readonly ShownLine[];
  readonly takenOver?: Takeover;
}

const REMEMBERED_CHANGES = 20;

/** The cart after a change of what was looked at; its lifetime begins anew. Throws when nobody is such a customer. */
export async function successorOf(
  stores: { pool: ConnectionPool; cartLifetimes: CartLifetimes },
  look: Look,
  { changeId, lines, takenOver }: Change,
): Promise<CartWrite> {
  const { owner, stored, now } = look;
  const { customerSeconds, guestSeconds } = stores.cartLifetimes;
  const lifetime = "userId" in owner ? customerSeconds : guestSeconds;
  const version = await nextVersion(stores.pool, look);
  const earlierIds = unlessExpired(stored, now)?.changeIds ?? [];
  const cart: StoredCart = {
    version,
    updatedAt: now,
    expiresAt: expiryOf(version, epochSecondsOf(now), lifetime),
    lines,
    changeIds: [...earlierIds, changeId].slice(-REMEMBERED_CHANGES),
    takenOver: takenOver ?? null,
  };
  return { owner, cart, replaces: stored?.version ?? null };
}

/** Versions never come back: a late retry cannot take a new cart for an old one. */
async function nextVersion(pool: ConnectionPool, look: Look): Promise<number> {
  const { owner, stored, now } = look;
  const bought = "userId" in owner ? await lastVersionOf(pool, owner.userId, look) : 0;
  return Math.max(stored?.version ?? firstVersionAt(epochSecondsOf(now)) - 1, bought) + 1;
}

async function lastVersionOf(
  pool: ConnectionPool,
  userId: number,
  { lastVersion: known }: Look,
): Promise<number> {
  const found = known === undefined ? await lastCartVersion(pool, userId) : known;
  if (found === null) throw customerNotFound(userId);
  return found;
}
