import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  waitUntilTableExists,
  type KeySchemaElement,
  type Projection,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { StartError } from "../start-error.ts";
import type { Table } from "./table.ts";

function keys(partition: string, sort: string): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: "HASH" },
    { AttributeName: sort, KeyType: "RANGE" },
  ];
}

const ALL: Projection = { ProjectionType: "ALL" };

/** GSI1 lists a customer's transactions, GSI2 those of a day, each in the order of time. */
const INDEXES = [
  { IndexName: "GSI1", KeySchema: keys("gsi1pk", "gsi1sk"), Projection: ALL },
  { IndexName: "GSI2", KeySchema: keys("gsi2pk", "gsi2sk"), Projection: ALL },
];

const KEY_ATTRIBUTES = ["pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"] as const;

async function describe(table: Table): Promise<TableDescription | undefined> {
  try {
    const { Table: description } = await table.client.send(
      new DescribeTableCommand({ TableName: table.name }),
    );
    return description;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** Creates the table when it is missing, and returns when it can be used. Refuses a table of another form. */
export async function ensureTable(table: Table): Promise<void> {
  let description = await describe(table);
  if (description === undefined) {
    try {
      await table.client.send(
        new CreateTableCommand({
          TableName: table.name,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: KEY_ATTRIBUTES.map((name) => ({
            AttributeName: name,
            AttributeType: "S",
          })),
          KeySchema: keys("pk", "sk"),
          GlobalSecondaryIndexes: INDEXES,
        }),
      );
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
    description = await describe(table);
  }
  if (description?.TableStatus !== "ACTIVE") {
    await waitUntilTableExists(
      { client: table.client, maxWaitTime: 120, minDelay: 1, maxDelay: 5 },
      { TableName: table.name },
    );
    description = await describe(table);
  }
  const present = new Set(description?.GlobalSecondaryIndexes?.map((index) => index.IndexName));
  const missing = INDEXES.filter((index) => !present.has(index.IndexName));
  if (missing.length > 0) {
    const names = missing.map((index) => index.IndexName).join(" and ");
    throw new StartError("API_TABLE_DIFFERENT", `Table ${table.name} exists without ${names}.`, {
      hint: "Add the index, or name another table: this one was not made by the shop.",
    });
  }
}
