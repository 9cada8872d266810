import { DescribeTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import { directIo } from "../../core/io.ts";
import { describeTable, openDynamoDbClient } from "../../extract/dynamodb/dynamodb-connection.ts";
import type { DynamoDbConnection } from "../../extract/dynamodb/dynamodb-connection.ts";
import { shopTable } from "../../infra/shop-table.ts";

/** Whether the shop's table is there in the form that its writers and readers need. */
export async function examineShopTable(
  connection: DynamoDbConnection,
  table: string,
): Promise<string> {
  const description = await describeTable(connection, table, directIo);
  const refuse = (message: string, hint: string) =>
    new Failure([{ code: "SOURCE_CONTRACT", message, hint }]);
  if (description === undefined) {
    throw refuse(
      `There is no table ${table} in ${connection.endpoint ?? connection.region}.`,
      connection.endpoint === undefined
        ? "Make it with the stack that runner infra prints, or name another in pipelines.yaml."
        : "Start the API, which makes it (npm run api), or name another in pipelines.yaml.",
    );
  }
  const present = new Set(description.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName));
  const missing = shopTable.indexes.filter(({ name }) => !present.has(name));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(" and ");
    throw refuse(
      `The table ${table} has no ${names}.`,
      `Add it as runner infra has it, with the keys ${missing.map(({ keys }) => keys.join(" and ")).join("; ")}.`,
    );
  }
  const expiry = await timeToLive(connection, table);
  if (expiry !== shopTable.timeToLive) {
    throw refuse(
      `The table ${table} deletes nothing that expires${expiry === undefined ? "" : `, but by ${expiry}`}.`,
      `Turn its time to live on, by the attribute ${shopTable.timeToLive}: carts that expired stay until then.`,
    );
  }
  return `${table}, with its indexes and its time to live`;
}

/** The attribute by which items expire; undefined where none do. */
async function timeToLive(
  connection: DynamoDbConnection,
  table: string,
): Promise<string | undefined> {
  const client = openDynamoDbClient(connection);
  try {
    const { TimeToLiveDescription: found } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: table }),
    );
    const isOn = ["ENABLED", "ENABLING"].includes(found?.TimeToLiveStatus ?? "");
    return isOn ? found?.AttributeName : undefined;
  } catch (error) {
    const hint = "Its reader needs dynamodb:DescribeTimeToLive: runner infra has the rights.";
    const message = `DynamoDB does not tell the time to live of ${table}.`;
    throw new Failure([{ code: "SOURCE_UNREACHABLE", message, cause: messageOf(error), hint }]);
  } finally {
    client.destroy();
  }
}
