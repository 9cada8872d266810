import {
  DescribeTimeToLiveCommand,
  DynamoDBServiceException,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { Table } from "./table.ts";

/** Says, in epoch seconds, from when on an item may be deleted. Only carts have it. */
const EXPIRY = "expires_at";

/**
 * Has DynamoDB delete carts some time after they expire, and returns null; or why it does not. The shop can do without:
 * it goes by the clock, and an expired cart only takes room.
 */
export async function expireCarts(table: Table): Promise<string | null> {
  const TableName = table.name;
  try {
    if (await isOn(table)) return null;
    await table.client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { Enabled: true, AttributeName: EXPIRY },
      }),
    );
    return null;
  } catch (error) {
    if (!(error instanceof DynamoDBServiceException) || error.$fault === "server") throw error;
    // Services that start together all turn it on; for all but one it is on already.
    if (await isOn(table).catch(() => false)) return null;
    return `${error.name}: ${error.message}`;
  }
}

async function isOn(table: Table): Promise<boolean> {
  const { TimeToLiveDescription: found } = await table.client.send(
    new DescribeTimeToLiveCommand({ TableName: table.name }),
  );
  const enabled = ["ENABLED", "ENABLING"].includes(found?.TimeToLiveStatus ?? "");
  return enabled && found?.AttributeName === EXPIRY;
}
