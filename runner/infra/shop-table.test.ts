import { DescribeTableCommand, DescribeTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import type { KeySchemaElement } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ensureTable } from "../../api/dynamodb/create-table.ts";
import { expireCarts } from "../../api/dynamodb/expire-carts.ts";
import { openTable, type Table } from "../../api/dynamodb/table.ts";
import type { Services } from "../../local/services.ts";
import { openTestServices } from "../../local/testing.ts";
import { shopTableResource } from "./shop-table.ts";

let services: Services;
let table: Table;

beforeAll(async () => {
  services = await openTestServices();
  table = openTable(services.dynamodb);
  await ensureTable(table);
  await expireCarts(table);
}, 60_000);

afterAll(async () => {
  table.client.destroy();
  await services.close();
});

const byName = (names: readonly string[]) => [...names].toSorted();
const keysOf = (schema: readonly KeySchemaElement[] = []) =>
  schema.map(({ AttributeName: name, KeyType: type }) => ({ AttributeName: name, KeyType: type }));

test("the table that the template makes is the one that the API makes", async () => {
  const asked = { TableName: table.name };
  const { Table: made } = await table.client.send(new DescribeTableCommand(asked));
  const { TimeToLiveDescription: expiry } = await table.client.send(
    new DescribeTimeToLiveCommand(asked),
  );
  const { Properties: told } = shopTableResource();
  expect(keysOf(made?.KeySchema)).toEqual(told.KeySchema);
  expect(
    made?.GlobalSecondaryIndexes?.map((index) => ({
      IndexName: index.IndexName,
      KeySchema: keysOf(index.KeySchema),
      Projection: { ProjectionType: index.Projection?.ProjectionType },
    })),
  ).toEqual(told.GlobalSecondaryIndexes);
  const attributes = told.AttributeDefinitions as readonly { readonly AttributeName: string }[];
  expect(byName(made?.AttributeDefinitions?.map((each) => each.AttributeName ?? "") ?? [])).toEqual(
    byName(attributes.map((each) => each.AttributeName)),
  );
  expect(made?.AttributeDefinitions?.map((each) => each.AttributeType)).toEqual(
    attributes.map(() => "S"),
  );
  expect({ AttributeName: expiry?.AttributeName, Enabled: true }).toEqual(
    told.TimeToLiveSpecification,
  );
  expect(made?.BillingModeSummary?.BillingMode ?? "PAY_PER_REQUEST").toBe(told.BillingMode);
});
