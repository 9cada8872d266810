import { fileURLToPath } from "node:url";
import type { DynamoDbConnection } from "./dynamodb/table.ts";
import { openLogger } from "./logging/logger.ts";
import { migrate } from "./migrate.ts";
import { developmentSecret } from "./roles/development-secret.ts";
import { startApi } from "./server.ts";
import { readSettings, type Settings } from "./settings.ts";

const HOME = process.env.MERCADO_HOME || fileURLToPath(new URL("../.mercado", import.meta.url));

interface Databases {
  postgresUrl: string;
  dynamodb: DynamoDbConnection;
  close(): Promise<void>;
}

/** The databases that the environment names; this machine's own in place of those that it does not. */
async function openDatabases(settings: Settings): Promise<Databases> {
  const { postgresUrl, dynamodb } = settings;
  if (postgresUrl !== undefined && dynamodb !== undefined) {
    return { postgresUrl, dynamodb, close: () => Promise.resolve() };
  }
  const { openServices } = await import("../local/services.ts");
  return openServices({ home: HOME, env: process.env });
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}

async function serve(): Promise<void> {
  const stopped = nextSignal();
  const settings = readSettings(process.env);
  const logger = openLogger(settings.logLevel);
  const databases = await openDatabases(settings);
  try {
    const onWarning = (message: string) => {
      logger.warn(message);
    };
    await migrate({ ...databases, onWarning });
    const { host, port, serving, cartLifetimes, checkout } = settings;
    const authentication = settings.authentication ?? {
      kind: "development",
      secret: await developmentSecret(HOME),
    };
    if (authentication.kind === "development") {
      logger.warn("no key is configured: whoever reaches this port without a token is an admin");
    }
    const options = { host, port, serving, cartLifetimes, checkout, logger, authentication };
    const api = await startApi({ ...databases, ...options });
    logger.info({ url: api.url }, "the shop is open");
    process.stdout.write(`${api.url}\n`);
    logger.info({ signal: await stopped }, "closing");
    await api.close();
  } finally {
    await databases.close();
  }
}

try {
  await serve();
  process.exitCode = 0;
} catch (error) {
  const { code, message, hint, stack } = error as Error & { code?: string; hint?: string };
  const known = hint !== undefined;
  process.stderr.write(
    known ? `${code ?? "error"}: ${message}\n  ${hint}\n` : `${stack ?? message}\n`,
  );
  process.exitCode = known ? 2 : 3;
}
