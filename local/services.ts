import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { attach } from "./attachment.ts";
import { namedServices, type DynamoDbConnection } from "./settings.ts";

export type { DynamoDbConnection } from "./settings.ts";
export { LocalServiceError, type LocalServiceCode } from "./failure.ts";

/** Postgres and DynamoDB, ready to be connected to. */
export interface Services {
  /** A URL with user, password and the database `mercado` (or what MERCADO_POSTGRES_URL says). */
  postgresUrl: string;
  dynamodb: DynamoDbConnection;
  /** Lets go of the services. Whoever lets go last waits until they have stopped. May be called twice. */
  close(): Promise<void>;
}

export interface OpenedServices extends Services {
  /** Resolves when this process no longer holds the services: closed, or stopped from elsewhere. Never for named ones. */
  stopped: Promise<void>;
}

export interface OpenServicesOptions {
  /** The folder with the persistent data; it is created when absent. */
  home: string;
  /** Default `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** False trades safety against a power failure for speed. Default true. Ignored when the services already run. */
  durable?: boolean;
  /** True removes `home` when the last client has let go. Default false. */
  temporary?: boolean;
}

/**
 * Opens the services that the environment names, and starts the others on this machine, shared by all processes that
 * open the same home. They live until the last of those processes has closed them or died; this call does not keep
 * the event loop alive. Throws LocalServiceError.
 */
export async function openServices(options: OpenServicesOptions): Promise<OpenedServices> {
  const named = namedServices(options.env ?? process.env);
  if (named.postgresUrl !== undefined && named.dynamodb !== undefined) {
    return {
      postgresUrl: named.postgresUrl,
      dynamodb: named.dynamodb,
      close: () => Promise.resolve(),
      stopped: new Promise(() => undefined),
    };
  }
  const attachment = await attach({
    home: resolve(options.home),
    durable: options.durable ?? true,
    temporary: options.temporary ?? false,
    postgres: named.postgresUrl === undefined,
    dynamodb: named.dynamodb === undefined,
  });
  return {
    postgresUrl: named.postgresUrl ?? attachment.postgresUrl,
    dynamodb: named.dynamodb ?? {
      endpoint: attachment.dynamodbEndpoint,
      region: "us-east-1",
      accessKeyId: "local",
      secretAccessKey: "local",
    },
    close: () => attachment.close(),
    stopped: attachment.closed,
  };
}

/** The home of this checkout: MERCADO_HOME, or `.mercado` in the project's folder. */
export function defaultHome(): string {
  return resolve(
    process.env["MERCADO_HOME"] || fileURLToPath(new URL("../.mercado", import.meta.url)),
  );
}
