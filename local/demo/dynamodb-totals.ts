import { DynamoDBClient, paginateScan, type AttributeValue } from "@aws-sdk/client-dynamodb";
import type { DynamoDbConnection } from "../settings.ts";

/** What a shop has sold, less what was given back; `totalPrice` is a decimal with two places. */
export interface SalesTotals {
  transactions: number;
  lines: number;
  units: number;
  totalPrice: string;
}

/** Adds up every transaction in DynamoDB, past the platform: the runner's extraction has no part in it. */
export async function dynamoDbTotals(connection: DynamoDbConnection): Promise<SalesTotals> {
  const { endpoint, region, accessKeyId, secretAccessKey } = connection;
  const credentials =
    accessKeyId !== undefined && secretAccessKey !== undefined
      ? { accessKeyId, secretAccessKey }
      : undefined;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const totals = { transactions: 0, lines: 0, units: 0, cents: 0n };
  try {
    const pages = paginateScan(
      { client },
      {
        TableName: process.env["MERCADO_DYNAMODB_TABLE"] || "mercado_ecommerce",
        FilterExpression: "begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":prefix": { S: "USER" } },
        ConsistentRead: true,
      },
    );
    for await (const page of pages) {
      for (const item of page.Items ?? []) {
        totals.transactions += 1;
        for (const line of item["cart"]?.L ?? []) {
          totals.lines += 1;
          totals.units += Number(numberOf(line, "qty"));
          totals.cents += centsOf(numberOf(line, "total_price"));
        }
      }
    }
  } finally {
    client.destroy();
  }
  const { cents, ...counts } = totals;
  return { ...counts, totalPrice: `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}` };
}

function numberOf(line: AttributeValue, attribute: string): string {
  const text = line.M?.[attribute]?.N;
  if (text === undefined) throw new Error(`a line in DynamoDB has no number ${attribute}`);
  return text;
}

/** Of a decimal text; below zero in refunds. */
function centsOf(decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return BigInt(`${whole}${fraction.padEnd(2, "0")}`);
}
