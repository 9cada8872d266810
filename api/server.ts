import { randomUUID } from "node:crypto";
import { fastifyTRPCPlugin, type FastifyTRPCPluginOptions } from "@trpc/server/adapters/fastify";
import Fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { killPointsFrom } from "./checkout/kill-points.ts";
import type { Shop } from "./context.ts";
import { openTable, type DynamoDbConnection } from "./dynamodb/table.ts";
import {
  openAuthentication,
  type AuthenticationSettings,
  type Authenticate,
} from "./roles/authentication.ts";
import { openPool } from "./postgres/pool.ts";
import { checkReadiness } from "./readiness.ts";
import { appRouter, type AppRouter } from "./router.ts";
import { StartError } from "./start-error.ts";
import { systemClock, type Clock } from "./values/time.ts";

export interface ApiOptions {
  postgresUrl: string;
  dynamodb: DynamoDbConnection;
  /** Default 0: a free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  clock?: Clock;
  /** Default `mercado_ecommerce`. */
  tableName?: string;
  /** Default: development with a secret that nobody knows, so that only calls without a token get through. */
  authentication?: AuthenticationSettings;
  /** Default: no log. */
  logger?: Logger;
}

export interface Api {
  url: string;
  /** Lets requests in flight end, then closes the connections to the databases. */
  close(): Promise<void>;
}

/** Serves the shop on databases that `migrate` has prepared. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { logger } = options;
  const pool = openPool({
    postgresUrl: options.postgresUrl,
    onConnectionLost: (error) => logger?.warn({ err: error }, "a Postgres connection was lost"),
  });
  const table = openTable(options.dynamodb, options.tableName);
  const shop: Shop = {
    pool,
    table,
    clock: options.clock ?? systemClock,
    reachKillPoint: killPointsFrom(process.env.MERCADO_API_KILL_POINT),
  };
  const authenticate = openAuthentication(
    options.authentication ?? { kind: "development", secret: randomUUID() },
  );
  const app = createApp({ shop, authenticate, logger });
  async function close(): Promise<void> {
    // A connection that was busy when closing began would be kept alive for its client's next request.
    const idle = setInterval(() => {
      app.server.closeIdleConnections();
    }, 20);
    await app.close();
    clearInterval(idle);
    await pool.dispose();
    table.client.destroy();
  }
  try {
    const url = await app.listen({ port: options.port ?? 0, host: options.host ?? "127.0.0.1" });
    return { url, close };
  } catch (error) {
    await close();
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      throw new StartError("API_ADDRESS_IN_USE", `Port ${options.port ?? 0} is taken.`, {
        hint: "Stop what listens there, or set MERCADO_API_PORT to another port (0: a free one).",
        cause: error,
      });
    }
    throw error;
  }
}

interface AppParts {
  shop: Shop;
  authenticate: Authenticate;
  logger: Logger | undefined;
}

function createApp({ shop, authenticate, logger }: AppParts): FastifyInstance {
  const app = Fastify({
    // Fastify would log URLs, and a query's URL holds its input: names and emails.
    logger: false,
    bodyLimit: 1_048_576,
    routerOptions: { maxParamLength: 5_000 },
    return503OnClosing: true,
    genReqId: () => randomUUID(),
  });
  const trpcOptions: FastifyTRPCPluginOptions<AppRouter>["trpcOptions"] = {
    router: appRouter,
    createContext: async ({ req }) => ({
      ...shop,
      caller: await authenticate(req.headers.authorization),
      requestId: req.id,
    }),
    maxBatchSize: 100,
    onError({ error, path }) {
      if (error.code !== "INTERNAL_SERVER_ERROR" && error.code !== "SERVICE_UNAVAILABLE") return;
      logger?.error({ err: error.cause ?? error, path }, "a procedure failed");
    },
  };
  void app.register(fastifyTRPCPlugin, { prefix: "/trpc", trpcOptions });
  app.get("/health", () => ({ status: "ok" }));
  app.get("/ready", async (_request, reply) => {
    const readiness = await checkReadiness(shop);
    return reply.code(readiness.status === "ready" ? 200 : 503).send(readiness);
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({
      mercado: "NOT_FOUND",
      message: "There is nothing at this path.",
      hint: "Procedures are under /trpc.",
    }),
  );
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger?.error({ err: error }, "a request failed");
    return reply.code(status).send({
      mercado: status >= 500 ? "INTERNAL" : "INPUT_INVALID",
      message: status >= 500 ? "Something went wrong in the shop." : "The request is not valid.",
      hint: "Send JSON of at most 1 MiB to a procedure under /trpc.",
    });
  });
  return app;
}
