import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { DEFAULT_CART_LIFETIMES, type CartLifetimes } from "./cart/lifetime.ts";
import { killPointsFrom } from "./checkout/kill-points.ts";
import { CHECKOUT_DEFAULTS, type CheckoutSettings } from "./checkout/settings.ts";
import { startSweeper } from "./checkout/sweeper.ts";
import type { Shop } from "./context.ts";
import { openTable, type DynamoDbConnection } from "./dynamodb/table.ts";
import { createApp } from "./http/app.ts";
import type { HttpLimits } from "./http/limits.ts";
import { listen } from "./http/listen.ts";
import { SERVING_DEFAULTS, type ServingSettings } from "./http/settings.ts";
import { stopGently, type StopOutcome } from "./http/stop.ts";
import { openPool } from "./postgres/pool.ts";
import { openAuthentication, type AuthenticationSettings } from "./roles/authentication.ts";
import { systemClock, type Clock } from "./values/time.ts";

const CLOSE_MILLISECONDS = 2_000;

export interface ApiOptions {
  postgresUrl: string;
  dynamodb: DynamoDbConnection;
  /** Default 0: a free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  clock?: Clock;
  /** Default `mercado_ecommerce`. */
  tableName?: string | undefined;
  /** Default: 30 days for customers, 7 for guests. */
  cartLifetimes?: CartLifetimes;
  /** Default: development with a secret that nobody knows, so that only calls without a token get through. */
  authentication?: AuthenticationSettings;
  /** Default: no log. */
  logger?: Logger;
  serving?: Partial<ServingSettings>;
  checkout?: Partial<CheckoutSettings>;
  limits?: Partial<HttpLimits>;
}

export interface Api {
  url: string;
  /**
   * Lets requests in flight end, then closes the connections to the databases. `hurry` cuts what is still under way; so
   * does the time that the settings give.
   */
  close(hurry?: AbortSignal): Promise<StopOutcome>;
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  await Promise.race([work, sleep(milliseconds, undefined, { ref: false })]);
}

/** Serves the shop on databases that `migrate` has prepared. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { logger, port = 0, host = "127.0.0.1" } = options;
  const settings: ServingSettings = { ...SERVING_DEFAULTS, ...options.serving };
  const authentication = options.authentication ?? { kind: "development", secret: randomUUID() };
  const pool = openPool({
    postgresUrl: options.postgresUrl,
    connections: settings.postgresConnections,
    onConnectionLost: (error) => logger?.warn({ err: error }, "a Postgres connection was lost"),
  });
  const table = openTable(options.dynamodb, options.tableName, settings.dynamodbConnections);
  const { sweepSeconds, cancellationMinutes } = { ...CHECKOUT_DEFAULTS, ...options.checkout };
  const stopping = { now: false };
  const reachKillPoint = killPointsFrom(process.env.MERCADO_API_KILL_POINT);
  const clock = options.clock ?? systemClock;
  const cartLifetimes = options.cartLifetimes ?? DEFAULT_CART_LIFETIMES;
  const shop: Shop = { pool, table, clock, cartLifetimes, reachKillPoint, cancellationMinutes };
  const served = createApp({
    shop,
    authenticate: openAuthentication(authentication),
    development: authentication.kind === "development",
    settings,
    logger,
    isStopping: () => stopping.now,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  async function closeDatabases(): Promise<void> {
    // A database that hangs does not keep the service from stopping.
    await atMost(CLOSE_MILLISECONDS, pool.dispose());
    table.client.destroy();
  }
  try {
    const url = await listen(served.app, { port, host });
    const sweeper = startSweeper({ stores: shop, seconds: sweepSeconds, logger });
    return {
      url,
      async close(hurry) {
        stopping.now = true;
        const swept = sweeper.stop();
        const outcome = await stopGently(served, settings, hurry);
        await atMost(CLOSE_MILLISECONDS, swept);
        await closeDatabases();
        return outcome;
      },
    };
  } catch (error) {
    await served.app.close();
    await closeDatabases();
    throw error;
  }
}
