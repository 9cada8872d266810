import {
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";

export interface DynamoDbConnection {
  /** Absent: AWS itself. */
  readonly endpoint?: string;
  readonly region: string;
  /** Absent: the SDK's own chain of credentials on AWS, a placeholder elsewhere. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** The DynamoDB table to read instead of the one that a source's YAML names. */
  readonly table?: string;
}

/** Throttled requests are tried again with jitter, by the SDK, this often; for `describe` an answer is there or not. */
const readAttempts = 10;
const describeAttempts = 2;

export function openDynamoDbClient(
  connection: DynamoDbConnection,
  maxAttempts = readAttempts,
): DynamoDBClient {
  // The SDK would print a warning about old versions of Node into the user's run.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { endpoint, region, accessKeyId, secretAccessKey } = connection;
  const credentials =
    accessKeyId !== undefined && secretAccessKey !== undefined
      ? { accessKeyId, secretAccessKey }
      : endpoint === undefined
        ? undefined
        : { accessKeyId: "local", secretAccessKey: "local" };
  return new DynamoDBClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 30_000 },
  });
}

/** Undefined when there is no such table; throws SOURCE_UNREACHABLE when there is no answer. */
export async function describeTable(
  connection: DynamoDbConnection,
  table: string,
): Promise<TableDescription | undefined> {
  const client = openDynamoDbClient(connection, describeAttempts);
  try {
    const { Table: description } = await client.send(
      new DescribeTableCommand({ TableName: table }),
    );
    return description;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw new Failure([
      {
        code: "SOURCE_UNREACHABLE",
        message: `DynamoDB at ${connection.endpoint ?? `AWS, ${connection.region}`} does not answer for table ${table}.`,
        cause: messageOf(error),
        hint: "Start the local services with `npm run services`, or set MERCADO_DYNAMODB_ENDPOINT (for AWS: region and credentials).",
      },
    ]);
  } finally {
    client.destroy();
  }
}
