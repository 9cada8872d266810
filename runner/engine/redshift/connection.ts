import { RedshiftDataClient } from "@aws-sdk/client-redshift-data";
import { withWideIntegers } from "./exact-integers.ts";

/** Which warehouse, and as whom: a serverless workgroup or a provisioned cluster. */
export interface RedshiftConnection {
  readonly region?: string;
  /** Of a server that stands in for AWS. */
  readonly endpoint?: string;
  readonly workgroup?: string;
  readonly cluster?: string;
  readonly database: string;
  /** Of Secrets Manager; without it the credentials are temporary ones of this IAM identity. */
  readonly secretArn?: string;
  /** With a cluster: the database user whose temporary credentials are asked for. */
  readonly dbUser?: string;
}

/** How long one answer may take, in milliseconds: longer than a statement is waited for in one request. */
const answerMilliseconds = 60_000;

/** A client that tries once: what is tried again, and how, is the caller's to say. */
export function openClient({ endpoint, region }: RedshiftConnection): RedshiftDataClient {
  // The SDK would print a warning about old versions of Node into the user's run.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  const local = {
    endpoint,
    region: region ?? "us-east-1",
    credentials: {
      accessKeyId: accessKeyId ?? "local",
      secretAccessKey: secretAccessKey ?? "local",
    },
  };
  const client = new RedshiftDataClient({
    ...(endpoint === undefined ? (region === undefined ? {} : { region }) : local),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: answerMilliseconds,
      socketTimeout: answerMilliseconds,
      throwOnRequestTimeout: true,
    },
  });
  client.middlewareStack.add(withWideIntegers, { step: "deserialize", priority: "low" });
  return client;
}

/** The parameters by which a request names the warehouse. */
export function warehouseParameters(connection: RedshiftConnection) {
  const { workgroup, cluster, database, secretArn, dbUser } = connection;
  return {
    Database: database,
    ...(workgroup === undefined ? {} : { WorkgroupName: workgroup }),
    ...(cluster === undefined ? {} : { ClusterIdentifier: cluster }),
    ...(secretArn === undefined ? {} : { SecretArn: secretArn }),
    ...(dbUser === undefined ? {} : { DbUser: dbUser }),
  };
}

/** The warehouse in words, for messages. */
export function warehouseName({
  workgroup,
  cluster,
  region,
  endpoint,
}: RedshiftConnection): string {
  const which = workgroup === undefined ? `cluster ${cluster ?? "?"}` : `workgroup ${workgroup}`;
  return `Redshift's ${which} (${endpoint ?? region ?? "no region"})`;
}
