import { kept, ref } from "./cloudformation.ts";
import type { Resource, Value } from "./cloudformation.ts";

/** The shop's one table, in the form in which the API makes it where there is none. */
export const shopTable = {
  keys: ["pk", "sk"],
  /** GSI1 lists a customer's transactions, GSI2 those of a day; both hold whole items. */
  indexes: [
    { name: "GSI1", keys: ["gsi1pk", "gsi1sk"] },
    { name: "GSI2", keys: ["gsi2pk", "gsi2sk"] },
  ],
  /** Of carts alone: epoch seconds from which on DynamoDB may delete the item. */
  timeToLive: "expires_at",
} as const;

function keySchema([partition, sort]: readonly [string, string]): Value {
  return [
    { AttributeName: partition, KeyType: "HASH" },
    { AttributeName: sort, KeyType: "RANGE" },
  ];
}

/** Pays by request, with a way back to any second of the last 35 days; exports to S3 need that, too. */
export function shopTableResource(): Resource {
  const { keys, indexes, timeToLive } = shopTable;
  const attributes = [...keys, ...indexes.flatMap((index) => index.keys)];
  return {
    Type: "AWS::DynamoDB::Table",
    ...kept,
    Properties: {
      TableName: ref("TableName"),
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: attributes.map((name) => ({ AttributeName: name, AttributeType: "S" })),
      KeySchema: keySchema(keys),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.keys),
        Projection: { ProjectionType: "ALL" },
      })),
      TimeToLiveSpecification: { AttributeName: timeToLive, Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
  };
}
