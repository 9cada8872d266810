import { LocalServiceError } from "./failure.ts";

/** Where DynamoDB answers. Without an `endpoint` it is AWS itself; without keys the SDK's own credential chain applies. */
export interface DynamoDbConnection {
  endpoint?: string;
  region: string;
  accessKeyId?: string;
  secretAccessKey?: string;
}

/** The services that the user's environment names; an absent one is to be started here. */
export interface NamedServices {
  postgresUrl?: string;
  dynamodb?: DynamoDbConnection;
}

/**
 * Reads MERCADO_POSTGRES_URL and MERCADO_DYNAMODB_ENDPOINT (a URL, or `aws`) with AWS_REGION and the AWS keys.
 * An empty variable counts as absent.
 */
export function namedServices(env: NodeJS.ProcessEnv): NamedServices {
  const services: NamedServices = {};
  const postgresUrl = env["MERCADO_POSTGRES_URL"];
  if (postgresUrl) services.postgresUrl = checkedUrl("MERCADO_POSTGRES_URL", postgresUrl, POSTGRES);
  const endpoint = env["MERCADO_DYNAMODB_ENDPOINT"];
  if (endpoint) services.dynamodb = endpoint === "aws" ? onAws(env) : atEndpoint(endpoint, env);
  return services;
}

const POSTGRES = {
  protocols: ["postgres:", "postgresql:"],
  example: "postgres://user:password@host:5432/database",
};
const HTTP = { protocols: ["http:", "https:"], example: "http://127.0.0.1:8000, or the word aws" };

function checkedUrl(
  name: string,
  value: string,
  expected: { protocols: string[]; example: string },
): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && url.hostname !== "" && expected.protocols.includes(url.protocol)) return value;
  // The value may hold a password, so it is not repeated.
  throw new LocalServiceError({
    code: "LOCAL_SETTING_INVALID",
    message: `${name} is not a URL of the right kind.`,
    hint: `Write it like ${expected.example}, or unset it to use the embedded service.`,
  });
}

function onAws(env: NodeJS.ProcessEnv): DynamoDbConnection {
  const region = regionOf(env);
  if (region === undefined) {
    throw new LocalServiceError({
      code: "LOCAL_SETTING_INVALID",
      message: "MERCADO_DYNAMODB_ENDPOINT is aws, but no region is set.",
      hint: "Set AWS_REGION, for example AWS_REGION=eu-central-1.",
    });
  }
  // Temporary keys need their session token, which only the SDK's own chain passes on.
  return env["AWS_SESSION_TOKEN"] ? { region } : { region, ...keysOf(env) };
}

function atEndpoint(endpoint: string, env: NodeJS.ProcessEnv): DynamoDbConnection {
  return {
    endpoint: checkedUrl("MERCADO_DYNAMODB_ENDPOINT", endpoint, HTTP),
    region: regionOf(env) ?? "us-east-1",
    // Stand-ins ignore the keys, but the SDK sends nothing without them and would search the network for some.
    accessKeyId: "local",
    secretAccessKey: "local",
    ...keysOf(env),
  };
}

function regionOf(env: NodeJS.ProcessEnv): string | undefined {
  return env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined;
}

function keysOf(
  env: NodeJS.ProcessEnv,
): Pick<DynamoDbConnection, "accessKeyId" | "secretAccessKey"> {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"];
  if (Boolean(accessKeyId) !== Boolean(secretAccessKey)) {
    throw new LocalServiceError({
      code: "LOCAL_SETTING_INVALID",
      message: "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set.",
      hint: "Set both, or neither to use the AWS SDK's own credential chain.",
    });
  }
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : {};
}
