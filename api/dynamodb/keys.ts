import type { CartOwner } from "../values/cart.ts";
import { cartIdFor } from "../values/identity.ts";

/** Transactions of one day are spread over this many partitions of GSI2. */
const DAY_SHARDS = 4;

export interface PrimaryKey {
  pk: { S: string };
  sk: { S: string };
}

export function cartKey(owner: CartOwner): PrimaryKey {
  const pk = "userId" in owner ? `USER#${owner.userId}` : `GUEST#${cartIdFor(owner.guestId)}`;
  return { pk: { S: pk }, sk: { S: "CART" } };
}

export interface TransactionKey {
  transactionId: string;
  userId: number;
  createdAt: string;
}

export function transactionKey(key: TransactionKey): PrimaryKey {
  return { pk: { S: key.transactionId }, sk: { S: `USER${key.userId}#${key.createdAt}` } };
}

export function guardKey(userId: number, idempotencyKey: string): PrimaryKey {
  return { pk: { S: `IDEMPOTENCY#${userId}#${idempotencyKey}` }, sk: { S: "GUARD" } };
}

export function historyPartition(userId: number): string {
  return `USER#${userId}`;
}

/** Where a transaction stands in its customer's history and in its day. */
export function timePosition(createdAt: string, transactionId: string): string {
  return `${createdAt}#${transactionId}`;
}

export function dayPartition(createdAt: string, transactionId: string): string {
  const shard = Number.parseInt(transactionId.slice(0, 8), 16) % DAY_SHARDS;
  return `TXN#${createdAt.slice(0, 10)}#${shard}`;
}
