import { QueryCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { concurrently } from "../../core/concurrently.ts";
import type { Io } from "../../core/io.ts";
import type { DateIndex } from "./item-reader.ts";

const dayMilliseconds = 86_400_000;
const queriesAtATime = 8;

interface Searched {
  readonly dynamodbTable: string;
  readonly index: DateIndex;
  /** Where the search begins, and how many days it goes back. */
  readonly now: Date;
  readonly days: number;
}

/** The highest time in a date index: what its sort keys begin with. Undefined when there is none in these days. */
export async function latestInIndex(
  client: DynamoDBClient,
  io: Io,
  { dynamodbTable, index, now, days }: Searched,
): Promise<string | undefined> {
  // A writer's clock may run ahead of ours.
  for (let back = -1; back <= days; back += 1) {
    const date = new Date(now.getTime() - back * dayMilliseconds).toISOString().slice(0, 10);
    const found: string[] = [];
    const shards = Array.from({ length: index.shards }, (_, shard) => shard);
    await concurrently(shards, queriesAtATime, async (shard) => {
      const command = new QueryCommand({
        TableName: dynamodbTable,
        IndexName: index.name,
        KeyConditionExpression: "#partition = :partition",
        ExpressionAttributeNames: { "#partition": index.partitionKey },
        ExpressionAttributeValues: { ":partition": { S: `${index.prefix}${date}#${shard}` } },
        ScanIndexForward: false,
        Limit: 1,
      });
      const { Items: [newest] = [] } = await io.call({ part: "dynamodb", action: "query" }, () =>
        client.send(command),
      );
      const [time] = newest?.[index.sortKey]?.S?.split("#") ?? [];
      if (time !== undefined) found.push(time);
    });
    const latest = found.toSorted().at(-1);
    if (latest !== undefined) return latest;
  }
  return undefined;
}
