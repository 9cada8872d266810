import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Trace } from "../trace/trace.ts";
import { addTraceHeaders } from "./trace-headers.ts";

export interface DynamoDbConnection {
  /** Absent: AWS itself. */
  endpoint?: string;
  region: string;
  /** Absent: the SDK's own chain of credentials on AWS, a placeholder elsewhere. */
  accessKeyId?: string;
  secretAccessKey?: string;
}

const DEFAULT_TABLE_NAME = "mercado_ecommerce";

/**
 * Parts of the SDK that do nothing for this service (a log that nobody reads, a header against loops of Lambda functions,
 * a description of the SDK) and take a quarter of the CPU time of a call.
 */
const IDLE_MIDDLEWARE = [
  "loggerMiddleware",
  "recursionDetectionMiddleware",
  "getUserAgentMiddleware",
];

/** The shop's single table. Every caller shares one client, and with it its connections. */
export interface Table {
  client: DynamoDBClient;
  name: string;
  /** Of the request that uses it, which DynamoDB is told; absent where none does. */
  trace?: Trace | undefined;
}

export function openTable(
  connection: DynamoDbConnection,
  name = DEFAULT_TABLE_NAME,
  connections = 50,
): Table {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { endpoint, region, accessKeyId, secretAccessKey } = connection;
  const credentials =
    accessKeyId !== undefined && secretAccessKey !== undefined
      ? { accessKeyId, secretAccessKey }
      : endpoint === undefined
        ? undefined
        : { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: connections },
      httpsAgent: { maxSockets: connections },
    },
  });
  for (const name of IDLE_MIDDLEWARE) client.middlewareStack.remove(name);
  addTraceHeaders(client);
  return { client, name };
}
