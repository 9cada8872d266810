import {
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { Io } from "../../core/io.ts";
import { hastyRetries, retried } from "./read-retry.ts";

export interface DynamoDbConnection {
  /** Absent: AWS itself. */
  readonly endpoint?: string;
  readonly region: string;
  /** Absent: the SDK's own chain of credentials on AWS, a placeholder elsewhere. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** The DynamoDB table to read instead of the one that a source's YAML names. */
  readonly table?: string;
  /** Segments of a scan, and partitions of an index, that are read at a time. Default 4. */
  readonly segments?: number;
  /** Read capacity units a second that all reads together may take. Default no limit. */
  readonly readCapacity?: number;
}

/** How long one answer may take; a page of a megabyte takes a fraction of it. */
const answerMilliseconds = 30_000;

/** A client that tries once: what is tried again, and how, is `retried`'s to say. */
export function openDynamoDbClient(
  connection: DynamoDbConnection,
  timeoutMilliseconds = answerMilliseconds,
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
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: Math.min(3_000, timeoutMilliseconds),
      requestTimeout: timeoutMilliseconds,
      throwOnRequestTimeout: true,
      socketTimeout: timeoutMilliseconds,
    },
  });
}

/** Undefined when there is no such table; throws SOURCE_UNREACHABLE when there is no answer. */
export async function describeTable(
  connection: DynamoDbConnection,
  table: string,
  io: Io,
): Promise<TableDescription | undefined> {
  const client = openDynamoDbClient(connection);
  const ask = async () => {
    try {
      return await client.send(new DescribeTableCommand({ TableName: table }));
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
  try {
    const answer = await retried(
      () => io.call({ part: "dynamodb", action: "describe" }, ask),
      hastyRetries,
    );
    return answer?.Table;
  } catch (error) {
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
