import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import type { Transaction } from "../values/cart.ts";
import { toPage, type Page } from "../values/cursor.ts";
import { readId, readText, type Item } from "./attributes.ts";
import {
  dayPartition,
  historyPartition,
  timePosition,
  transactionKey,
  type TransactionKey,
} from "./keys.ts";
import { readLines, readMoney, writeLines } from "./lines.ts";
import { send } from "./send.ts";
import type { Table } from "./table.ts";

export function writeTransaction(transaction: Transaction): Item {
  const { transactionId, userId, createdAt } = transaction;
  const position = timePosition(createdAt, transactionId);
  return {
    ...transactionKey(transaction),
    entity: { S: "transaction" },
    kind: { S: transaction.kind },
    ...(transaction.refersTo === null ? {} : { refers_to: { S: transaction.refersTo } }),
    transaction_id: { S: transactionId },
    user_id: { S: String(userId) },
    created_at: { S: createdAt },
    cart: writeLines(transaction.lines),
    total_price: { N: transaction.totalPrice },
    gsi1pk: { S: historyPartition(userId) },
    gsi1sk: { S: position },
    gsi2pk: { S: dayPartition(createdAt, transactionId) },
    gsi2sk: { S: position },
  };
}

function readTransaction(item: Item): Transaction {
  return {
    transactionId: readText(item, "transaction_id"),
    userId: readId(item, "user_id"),
    createdAt: readText(item, "created_at"),
    // The first sales were written without a kind.
    kind: item["kind"]?.S === "refund" ? "refund" : "sale",
    refersTo: item["refers_to"]?.S ?? null,
    lines: readLines(item),
    totalPrice: readMoney(item, "total_price"),
  };
}

/** Writes a transaction that is there at most once: an earlier write of the same one, as a retry finds it, stays. */
export async function putTransaction(
  table: Table,
  transaction: Transaction,
): Promise<"there" | "busy"> {
  try {
    await send(
      table,
      new PutItemCommand({
        TableName: table.name,
        Item: writeTransaction(transaction),
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  } catch (error) {
    if (error instanceof TransactionConflictException) return "busy";
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  return "there";
}

export async function findTransaction(
  table: Table,
  key: TransactionKey,
): Promise<Transaction | null> {
  const { Item: item } = await send(
    table,
    new GetItemCommand({
      TableName: table.name,
      Key: { ...transactionKey(key) },
      ConsistentRead: true,
    }),
  );
  return item === undefined ? null : readTransaction(item);
}

/** As of now (a consistent read), whoever's it is. */
export async function findTransactionById(
  table: Table,
  transactionId: string,
): Promise<Transaction | null> {
  const { Items: items = [] } = await send(
    table,
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: "pk = :id and begins_with(sk, :user)",
      ExpressionAttributeValues: { ":id": { S: transactionId }, ":user": { S: "USER" } },
      ConsistentRead: true,
    }),
  );
  const [item] = items;
  return item === undefined ? null : readTransaction(item);
}

export interface HistoryRequest {
  userId: number;
  limit: number;
  /** Only transactions before this position. */
  cursor?: string | undefined;
}

/** Newest first. The index lags behind: a transaction of this second may still be missing. */
export async function findHistory(
  table: Table,
  request: HistoryRequest,
): Promise<Page<Transaction>> {
  const wanted = request.limit + 1;
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const answer = await send(
      table,
      new QueryCommand({
        TableName: table.name,
        IndexName: "GSI1",
        KeyConditionExpression:
          request.cursor === undefined ? "gsi1pk = :user" : "gsi1pk = :user and gsi1sk < :cursor",
        ExpressionAttributeValues: {
          ":user": { S: historyPartition(request.userId) },
          ...(request.cursor === undefined ? {} : { ":cursor": { S: request.cursor } }),
        },
        ScanIndexForward: false,
        Limit: wanted - items.length,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined && items.length < wanted);
  return toPage(items.map(readTransaction), request.limit, (row) =>
    timePosition(row.createdAt, row.transactionId),
  );
}
