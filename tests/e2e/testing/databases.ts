import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import pg from "pg";
import { ensureTable } from "../../../api/dynamodb/create-table.ts";
import { openTable } from "../../../api/dynamodb/table.ts";
import type { Services } from "../../../local/services.ts";

let made = 0;

/** A Postgres database and a DynamoDB table of their own, on services that a test file shares. */
export class ShopDatabases {
  readonly postgres: pg.Client;
  readonly postgresUrl: string;
  readonly tableName: string;
  readonly #dynamodb: DynamoDBClient;
  readonly environment: Readonly<Record<string, string>>;

  private constructor(services: Services, name: string, dynamodb: DynamoDBClient) {
    const url = new URL(services.postgresUrl);
    url.pathname = `/${name}`;
    this.postgresUrl = url.href;
    this.tableName = name;
    this.postgres = new pg.Client({ connectionString: this.postgresUrl });
    this.#dynamodb = dynamodb;
    this.environment = {
      MERCADO_POSTGRES_URL: this.postgresUrl,
      MERCADO_DYNAMODB_ENDPOINT: services.dynamodb.endpoint ?? "",
      MERCADO_DYNAMODB_TABLE: name,
    };
  }

  static async create(services: Services): Promise<ShopDatabases> {
    made += 1;
    const name = `shop_${made}`;
    const admin = new pg.Client({ connectionString: services.postgresUrl });
    await admin.connect();
    await admin.query(`create database ${name}`);
    await admin.end();
    const table = openTable(services.dynamodb, name);
    await ensureTable(table);
    const databases = new ShopDatabases(services, name, table.client);
    await databases.postgres.connect();
    return databases;
  }

  /** Inserts items, or replaces those with the same keys. */
  async putItems(items: readonly Record<string, AttributeValue>[]): Promise<void> {
    for (let start = 0; start < items.length; start += 25) {
      const requests = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems = {} } = await this.#dynamodb.send(
        new BatchWriteItemCommand({ RequestItems: { [this.tableName]: requests } }),
      );
      if (Object.keys(UnprocessedItems).length > 0) throw new Error("items were not processed");
    }
  }

  async deleteItems(items: readonly Record<string, AttributeValue>[]): Promise<void> {
    for (const { pk, sk } of items) {
      if (pk === undefined || sk === undefined) throw new Error("an item needs its key");
      await this.#dynamodb.send(
        new DeleteItemCommand({ TableName: this.tableName, Key: { pk, sk } }),
      );
    }
  }

  async recreateTable(): Promise<void> {
    await this.#dynamodb.send(new DeleteTableCommand({ TableName: this.tableName }));
    await ensureTable({ client: this.#dynamodb, name: this.tableName });
  }

  async close(): Promise<void> {
    await this.postgres.end();
    this.#dynamodb.destroy();
  }
}
