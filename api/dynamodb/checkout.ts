import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import type { Transaction } from "../values/cart.ts";
import { readText, type Item } from "./attributes.ts";
import { cartKey, guardKey, type TransactionKey } from "./keys.ts";
import { send } from "./send.ts";
import type { Table } from "./table.ts";
import { writeTransaction } from "./transactions.ts";

/** Written once for each idempotency key, for ever: what became of the checkout. */
export interface Guard extends TransactionKey {
  state: "committed" | "aborted";
}

export interface CheckoutWrite {
  transaction: Transaction;
  idempotencyKey: string;
  cartVersion: number;
  /** In epoch seconds: a cart that has expired by now is no cart any more. */
  now: number;
}

/**
 * `decided`: the key has its guard already. `cart-changed`: the cart is not the one reserved.
 * `busy`: another write was in the way, or DynamoDB is throttling; the same write may be tried again.
 */
export type CheckoutOutcome = "committed" | "decided" | "cart-changed" | "busy";

function guardItem(key: TransactionKey, idempotencyKey: string, state: Guard["state"]): Item {
  return {
    ...guardKey(key.userId, idempotencyKey),
    entity: { S: "guard" },
    state: { S: state },
    transaction_id: { S: key.transactionId },
    created_at: { S: key.createdAt },
  };
}

const ABSENT = "attribute_not_exists(pk)";

/** Deletes the cart, puts the transaction and its guard: all three or none. */
export async function commitCheckout(table: Table, write: CheckoutWrite): Promise<CheckoutOutcome> {
  const { transaction, idempotencyKey, cartVersion, now } = write;
  const TableName = table.name;
  try {
    await send(
      table,
      new TransactWriteItemsCommand({
        TransactItems: [
          {
            Put: {
              TableName,
              Item: guardItem(transaction, idempotencyKey, "committed"),
              ConditionExpression: ABSENT,
            },
          },
          {
            Delete: {
              TableName,
              Key: { ...cartKey({ userId: transaction.userId }) },
              ConditionExpression:
                "version = :version and (attribute_not_exists(expires_at) or expires_at > :now)",
              ExpressionAttributeValues: {
                ":version": { N: String(cartVersion) },
                ":now": { N: String(now) },
              },
            },
          },
          {
            Put: { TableName, Item: writeTransaction(transaction), ConditionExpression: ABSENT },
          },
        ],
      }),
    );
    return "committed";
  } catch (error) {
    if (error instanceof TransactionInProgressException) return "busy";
    if (error instanceof TransactionCanceledException) return outcomeOf(error);
    throw error;
  }
}

function outcomeOf(error: TransactionCanceledException): CheckoutOutcome {
  const [guard, cart, transaction] = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  const failed = "ConditionalCheckFailed";
  if (guard === failed) return "decided";
  const passing = new Set([
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
  ]);
  if ([guard, cart, transaction].some((code) => code !== undefined && passing.has(code))) {
    return "busy";
  }
  if (cart === failed) return "cart-changed";
  throw error;
}

export async function findGuard(
  table: Table,
  userId: number,
  idempotencyKey: string,
): Promise<Guard | null> {
  const { Item: item } = await send(
    table,
    new GetItemCommand({
      TableName: table.name,
      Key: { ...guardKey(userId, idempotencyKey) },
      ConsistentRead: true,
    }),
  );
  if (item === undefined) return null;
  return {
    state: readText(item, "state") === "committed" ? "committed" : "aborted",
    transactionId: readText(item, "transaction_id"),
    userId,
    createdAt: readText(item, "created_at"),
  };
}

/** Shuts the key for ever, unless its checkout was decided before; returns what holds from now on, `busy` when unknown. */
export async function abortCheckout(
  table: Table,
  key: TransactionKey,
  idempotencyKey: string,
): Promise<Guard["state"] | "busy"> {
  try {
    await send(
      table,
      new PutItemCommand({
        TableName: table.name,
        Item: guardItem(key, idempotencyKey, "aborted"),
        ConditionExpression: ABSENT,
      }),
    );
    return "aborted";
  } catch (error) {
    if (error instanceof TransactionConflictException) return "busy";
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const guard = await findGuard(table, key.userId, idempotencyKey);
    return guard?.state ?? "busy";
  }
}
