import { paginateScan } from "@aws-sdk/client-dynamodb";
import pg from "pg";
import { readDecimal, readMaps, readText } from "../../api/dynamodb/attributes.ts";
import { openTable, type DynamoDbConnection } from "../../api/dynamodb/table.ts";
import { STOCK } from "./catalog.ts";
import { dataOf, type BenchRequest } from "./load.ts";
import type { Verdict } from "./started-service.ts";

export interface Order {
  readonly transactionId: string;
  readonly lines: readonly { readonly quantity: number }[];
}

export interface OrderBookOptions {
  readonly url: string;
  readonly postgresUrl: string;
  readonly dynamodb: DynamoDbConnection;
}

/** What the bench, as all of the shop's customers, knows of its orders, to be compared with what the databases hold. */
export function openOrderBook(options: OrderBookOptions) {
  const unanswered = new Map<string, BenchRequest>();
  const unitsOf = new Map<string, number>();
  let keys = 0;

  function acknowledged(key: string, { transactionId, lines }: Order): void {
    unanswered.delete(key);
    unitsOf.set(
      transactionId,
      lines.reduce((sum, { quantity }) => sum + quantity, 0),
    );
  }

  /** The bench stops listening in the middle: a checkout without an answer is sent once more, as any client would. */
  async function repeatUnanswered(): Promise<number> {
    let bought = 0;
    for (const [key, { method, path, headers = {}, body = "" }] of unanswered) {
      const answer = await fetch(`${options.url}${path}`, { method, headers, body });
      const text = await answer.text();
      if (answer.ok) {
        acknowledged(key, dataOf(text) as Order);
        bought += 1;
      } else if (answer.status !== 409) {
        throw new Error(`A repeated checkout was answered ${answer.status}: ${text}`);
      }
    }
    return bought;
  }

  return {
    nextKey(): string {
      keys += 1;
      return `bench-${keys}`;
    },
    sent(key: string, request: BenchRequest): void {
      unanswered.set(key, request);
    },
    acknowledged,
    async verify(): Promise<Verdict> {
      const repeated = await repeatUnanswered();
      const stored = await storedOrders(options.dynamodb);
      const gone = await unitsGone(options.postgresUrl);
      const expected = JSON.stringify([...unitsOf].sort());
      const units = [...unitsOf.values()].reduce((sum, of) => sum + of, 0);
      const isRight = JSON.stringify([...stored].sort()) === expected && units === gone;
      return {
        text: [
          `${unitsOf.size} orders acknowledged (${repeated} of them when the request was repeated), ${stored.length} stored;`,
          `${units} units bought, ${gone} gone from the stock: ${isRight ? "none lost, none doubled" : "NOT EQUAL"}`,
        ].join(" "),
        isRight,
      };
    },
  };
}

/** Id and units of every transaction. */
async function storedOrders(dynamodb: DynamoDbConnection): Promise<[string, number][]> {
  const { client, name } = openTable(dynamodb);
  const found: [string, number][] = [];
  const pages = paginateScan(
    { client },
    {
      TableName: name,
      FilterExpression: "entity = :transaction",
      ExpressionAttributeValues: { ":transaction": { S: "transaction" } },
      ConsistentRead: true,
    },
  );
  for await (const { Items: items = [] } of pages) {
    for (const item of items) {
      const units = readMaps(item, "cart").map((line) => Number(readDecimal(line, "qty")));
      found.push([readText(item, "transaction_id"), units.reduce((sum, of) => sum + of, 0)]);
    }
  }
  client.destroy();
  return found;
}

async function unitsGone(postgresUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const { rows } = await client.query<{ gone: string }>(
    `select sum(${STOCK}::bigint - stock) as gone from inventory`,
  );
  await client.end();
  return Number(rows[0]?.gone);
}
