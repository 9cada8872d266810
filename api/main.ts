import type { DynamoDbConnection } from "./dynamodb/table.ts";
import { openLogger } from "./logging/logger.ts";
import { migrate } from "./migrate.ts";
import type { AuthenticationSettings } from "./roles/authentication.ts";
import { findProviderKeys } from "./roles/provider-keys.ts";
import { developmentSecret } from "./roles/development-secret.ts";
import { startApi } from "./server.ts";
import { watchSignals, type Signals } from "./signals.ts";
import { readSettings, type Settings } from "./settings.ts";
import { USAGE, wantsHelp } from "./usage.ts";

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
  const { defaultHome, openServices } = await import("../local/services.ts");
  return openServices({ home: defaultHome(), env: process.env });
}

async function developmentAuthentication(): Promise<AuthenticationSettings> {
  const { defaultHome } = await import("../local/services.ts");
  return { kind: "development", secret: await developmentSecret(defaultHome()) };
}

/** Serves until it is told to stop; resolves to the exit code. */
async function serve({ stopped, hurry }: Signals): Promise<0 | 1> {
  if (wantsHelp(process.argv.slice(2))) {
    process.stdout.write(USAGE);
    return 0;
  }
  const settings = readSettings(process.env);
  const logger = openLogger(settings.logLevel);
  const databases = await openDatabases(settings);
  try {
    const onWarning = (message: string) => {
      logger.warn(message);
    };
    const { tableName, host, port, serving, cartLifetimes, checkout } = settings;
    await migrate({ ...databases, tableName, onWarning });
    const authentication = settings.authentication ?? (await developmentAuthentication());
    if (authentication.kind === "jwks") {
      const whyNot = await findProviderKeys(authentication.url);
      if (whyNot !== null) {
        logger.warn(`the keys at MERCADO_API_JWKS_URL cannot be had just now (${whyNot})`);
      }
    }
    if (authentication.kind === "development") {
      logger.warn("no key is configured: whoever reaches this port without a token is an admin");
    }
    const options = { tableName, host, port, serving, cartLifetimes, checkout };
    const api = await startApi({ ...databases, ...options, logger, authentication });
    logger.info({ url: api.url }, "the shop is open");
    process.stdout.write(`${api.url}\n`);
    logger.info({ signal: await stopped }, "closing: requests under way may end");
    const { cut } = await api.close(hurry);
    if (cut === 0) return 0;
    logger.error({ cut }, "closed with requests cut; a checkout is completed when it is repeated");
    return 1;
  } finally {
    await databases.close();
  }
}

const signals = watchSignals();
// While the service starts there is nothing that would have to end first.
const giveUp = () => process.exit(130);
signals.hurry.addEventListener("abort", () => setTimeout(giveUp, 5_000).unref());
try {
  // Connections that hang, after requests were cut, would keep the process alive.
  process.exit(await serve(signals));
} catch (error) {
  const { code, message, hint, stack } = error as Error & { code?: string; hint?: string };
  const known = hint !== undefined;
  process.stderr.write(
    known ? `${code ?? "error"}: ${message}\n  ${hint}\n` : `${stack ?? message}\n`,
  );
  process.exitCode = known ? 2 : 3;
}
