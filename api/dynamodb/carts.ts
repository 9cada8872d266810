import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import type { Cart } from "../values/cart.ts";
import { readInteger, readText } from "./attributes.ts";
import { cartKey } from "./keys.ts";
import { readLines, totalOfLines, writeLines } from "./lines.ts";
import type { Table } from "./table.ts";

/** As of now (a consistent read); null without a cart. */
export async function findCart(table: Table, userId: number): Promise<Cart | null> {
  const { Item: item } = await table.client.send(
    new GetItemCommand({
      TableName: table.name,
      Key: { ...cartKey(userId) },
      ConsistentRead: true,
    }),
  );
  if (item === undefined) return null;
  const lines = readLines(item);
  return {
    userId,
    version: readInteger(item, "version"),
    updatedAt: readText(item, "updated_at"),
    lines,
    totalPrice: totalOfLines(lines),
  };
}

/** Writes the cart if the stored one still has version `replaces` (null: if there is none); false when not. */
export async function replaceCart(
  table: Table,
  cart: Cart,
  replaces: number | null,
): Promise<boolean> {
  try {
    await table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: {
          ...cartKey(cart.userId),
          entity: { S: "cart" },
          user_id: { S: String(cart.userId) },
          version: { N: String(cart.version) },
          updated_at: { S: cart.updatedAt },
          cart: writeLines(cart.lines),
          total_price: { N: cart.totalPrice },
        },
        ...(replaces === null
          ? { ConditionExpression: "attribute_not_exists(pk)" }
          : {
              ConditionExpression: "version = :replaces",
              ExpressionAttributeValues: { ":replaces": { N: String(replaces) } },
            }),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    if (error instanceof TransactionConflictException) return false;
    throw error;
  }
}
