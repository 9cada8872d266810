import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
  type Put,
} from "@aws-sdk/client-dynamodb";
import type { CartOwner, ShownLine } from "../values/cart.ts";
import { readInteger, readMaps, readText, type Item } from "./attributes.ts";
import { cartKey } from "./keys.ts";
import { readShownLines, totalOfLines, writeShownLines } from "./lines.ts";
import { send } from "./send.ts";
import type { Table } from "./table.ts";

/** What a merge could not take over into a customer's cart. */
export interface LeftOut {
  itemId: number;
  quantity: number;
}

/** Whose a guest's lines have become, and what had no room there. */
export interface Takeover {
  userId: number;
  leftOut: readonly LeftOut[];
}

/** A cart as its item holds it, expired or not. */
export interface StoredCart {
  version: number;
  updatedAt: string;
  /** In epoch seconds, for DynamoDB's TTL; null in carts of before carts expired. */
  expiresAt: number | null;
  lines: readonly ShownLine[];
  /** The ids of the latest changes, the newest last: a change that is repeated is found among them. */
  changeIds: readonly string[];
  /** Of a guest's cart since it was merged; null in every other, and again after a change. */
  takenOver: Takeover | null;
}

/** As of now (a consistent read); null when no item is there. */
export async function findStoredCart(table: Table, owner: CartOwner): Promise<StoredCart | null> {
  const { Item: item } = await send(
    table,
    new GetItemCommand({ TableName: table.name, Key: { ...cartKey(owner) }, ConsistentRead: true }),
  );
  if (item === undefined) return null;
  return {
    version: readInteger(item, "version"),
    updatedAt: readText(item, "updated_at"),
    expiresAt: item["expires_at"] === undefined ? null : readInteger(item, "expires_at"),
    lines: readShownLines(item),
    changeIds: (item["change_ids"]?.L ?? []).flatMap(({ S }) => (S === undefined ? [] : [S])),
    takenOver:
      item["taken_over_by"] === undefined
        ? null
        : {
            userId: readInteger(item, "taken_over_by"),
            leftOut: readMaps(item, "left_out").map(readLeftOut),
          },
  };
}

function readLeftOut(item: Item): LeftOut {
  return { itemId: readInteger(item, "item_id"), quantity: readInteger(item, "qty") };
}

function writeTakeover({ userId, leftOut }: Takeover): Item {
  return {
    taken_over_by: { N: String(userId) },
    left_out: {
      L: leftOut.map(({ itemId, quantity }) => ({
        M: { item_id: { N: String(itemId) }, qty: { N: String(quantity) } },
      })),
    },
  };
}

export interface CartWrite {
  owner: CartOwner;
  cart: StoredCart;
  /** The version that must still be there; null: no item may be there. */
  replaces: number | null;
}

function putOf(table: Table, { owner, cart, replaces }: CartWrite): Put {
  return {
    TableName: table.name,
    Item: {
      ...cartKey(owner),
      entity: { S: "cart" },
      ...("userId" in owner ? { user_id: { S: String(owner.userId) } } : {}),
      version: { N: String(cart.version) },
      updated_at: { S: cart.updatedAt },
      ...(cart.expiresAt === null ? {} : { expires_at: { N: String(cart.expiresAt) } }),
      cart: writeShownLines(cart.lines),
      total_price: { N: totalOfLines(cart.lines) },
      change_ids: { L: cart.changeIds.map((id) => ({ S: id })) },
      ...(cart.takenOver === null ? {} : writeTakeover(cart.takenOver)),
    },
    ...(replaces === null
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : {
          ConditionExpression: "version = :replaces",
          ExpressionAttributeValues: { ":replaces": { N: String(replaces) } },
        }),
  };
}

/** False, with nothing written, when the stored cart is not the one that this one replaces, or another write is in the way. */
export async function storeCart(table: Table, write: CartWrite): Promise<boolean> {
  try {
    await send(table, new PutItemCommand(putOf(table, write)));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    if (error instanceof TransactionConflictException) return false;
    throw error;
  }
}

const PASSING = new Set([
  "ConditionalCheckFailed",
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
]);

/** Like {@link storeCart} for several carts: all of them or none. */
export async function storeCarts(table: Table, writes: readonly CartWrite[]): Promise<boolean> {
  try {
    await send(
      table,
      new TransactWriteItemsCommand({
        TransactItems: writes.map((write) => ({ Put: putOf(table, write) })),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof TransactionInProgressException) return false;
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? "None");
    if (codes.some((code) => PASSING.has(code))) return false;
    throw error;
  }
}
