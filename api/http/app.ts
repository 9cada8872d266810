import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Socket } from "node:net";
import type { Logger } from "pino";
import { serveInventoryUploads } from "../bulk/route.ts";
import type { Context, Shop } from "../context.ts";
import { ShopError } from "../errors.ts";
import {
  openRateLimiter,
  RATE_LIMITS,
  rateClassOf,
  type RateLimits,
} from "../limits/rate-limits.ts";
import type { Authenticate } from "../roles/authentication.ts";
import { nameOfCaller, type Caller } from "../roles/caller.ts";
import { serveOpenApi } from "../openapi/serve.ts";
import { sendProcedureFailure, serveRest } from "../rest/serve.ts";
import { appRouter } from "../router.ts";
import { StartError } from "../start-error.ts";
import { refuseForeignPages } from "./allowed-origins.ts";
import { explainStatus, notFound, sendFailure, statusOf } from "./failure-answer.ts";
import { serveHealth } from "./health.ts";
import { readJson } from "./json-body.ts";
import { HTTP_LIMITS, type HttpLimits } from "./limits.ts";
import { beginTrace, traceRequests } from "./request-fields.ts";
import { logRequest, logRequests } from "./request-log.ts";
import type { HttpSettings } from "./settings.ts";
import { trackRequests, type RequestsUnderWay } from "./requests-under-way.ts";
import { watchSilentConnections } from "./silent-connections.ts";
import type { Stoppable } from "./stop.ts";
import { tracedStores } from "./traced-stores.ts";
import { serveTrpc, type ContextOf } from "./trpc-route.ts";

export interface AppParts {
  shop: Shop;
  authenticate: Authenticate;
  /** No key is configured: calls without a token are an admin's. */
  development: boolean;
  settings: HttpSettings;
  logger: Logger | undefined;
  isStopping: () => boolean;
  limits?: Partial<HttpLimits>;
}

/** The shop over HTTP, not yet listening. */
export function createApp(parts: AppParts): Stoppable {
  const { shop, logger, settings, isStopping } = parts;
  const limits: HttpLimits = { ...HTTP_LIMITS, ...parts.limits };
  const app = createFastify(limits, settings, logger);
  const requests = trackRequests(app);
  traceRequests(app);
  if (logger !== undefined) logRequests(app, logger, procedureNames());
  if (parts.development) refuseForeignPages(app, settings.corsOrigins);
  addHeaders(app, settings);
  app.addHook("onRequest", (request, reply, done) => {
    if (isStopping()) reply.header("connection", "close");
    if (request.url.length > limits.urlBytes) void sendFailure(reply, 414, explainStatus(414));
    else done();
  });
  app.setNotFoundHandler((request, reply) => sendFailure(reply, 404, notFound(request)));
  app.setErrorHandler((error, request, reply) => answerError(error, { request, reply, logger }));
  // What no path serves is not there, whatever its body is.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => {
    done(null);
  });
  const contextOf = contextFactory(parts, requests);
  void app.register((scope, _options, done) => {
    serveTrpc(scope, { contextOf, limits, logger });
    done();
  });
  void app.register((scope, _options, done) => {
    readJson(scope, limits);
    serveRest(scope, contextOf);
    done();
  });
  void app.register(serveInventoryUploads, {
    contextOf,
    maximumBytes: settings.uploadBytes ?? limits.uploadBytes,
    maximumLines: settings.uploadLines ?? limits.uploadLines,
  });
  serveHealth(app, shop, isStopping);
  serveOpenApi(app);
  return { app, running: requests.count, endSilent: watchSilentConnections(app.server) };
}

interface Failed {
  request: FastifyRequest;
  reply: FastifyReply;
  logger: Logger | undefined;
}

function answerError(error: unknown, { request, reply, logger }: Failed): FastifyReply {
  const procedural = error instanceof TRPCError;
  const status = procedural ? getHTTPStatusCodeFromError(error) : statusOf(error);
  if (status >= 500) {
    const err = procedural ? (error.cause ?? error) : error;
    logger?.error({ requestId: request.trace?.requestId, err }, "a request failed");
  }
  return procedural
    ? sendProcedureFailure(reply, error)
    : sendFailure(reply, status, explainStatus(status));
}

function createFastify(
  limits: HttpLimits,
  { trustProxy }: HttpSettings,
  logger: Logger | undefined,
): FastifyInstance {
  return Fastify({
    // Fastify would log URLs, and a query's URL holds its input: names and emails.
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeout,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeout),
    },
    routerOptions: { maxParamLength: 5_000, ignoreTrailingSlash: true },
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    // A request that comes while the service stops is served: its connection ends with its answer.
    return503OnClosing: false,
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    // A URL that cannot be decoded passes by the hooks.
    frameworkErrors: (error, request, reply) => {
      const status = statusOf(error);
      beginTrace(request, reply);
      void sendFailure(reply, status, explainStatus(status));
      if (logger !== undefined) logRequest(logger, { request, reply });
    },
    clientErrorHandler: answerMalformed,
  });
}

/** Answers what is no HTTP request, and ends its connection. */
function answerMalformed(error: { code: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === "HPE_HEADER_OVERFLOW"
      ? 431
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? 408
        : 400;
  const body = JSON.stringify({ ...explainStatus(status), requestId: null });
  socket.end(
    [
      `HTTP/1.1 ${status} Refused`,
      "content-type: application/json; charset=utf-8",
      `content-length: ${Buffer.byteLength(body)}`,
      "connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}

function addHeaders(app: FastifyInstance, { corsOrigins }: HttpSettings): void {
  void app.register(helmet, {
    // Nothing here is a page: whatever a browser took for one may load nothing.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  });
  if (corsOrigins.length === 0) return;
  void app.register(cors, {
    origin: [...corsOrigins],
    methods: ["GET", "POST"],
    allowedHeaders: [
      "authorization",
      "content-type",
      "idempotency-key",
      "x-request-id",
      "traceparent",
      "tracestate",
    ],
    exposedHeaders: ["x-request-id", "retry-after"],
    maxAge: 600,
  });
}

function procedureNames(): ReadonlySet<string> {
  return new Set(Object.keys(appRouter._def.procedures));
}

/** A limit of a procedure that the shop does not have would be one that nobody meets. */
function refuseUnknownProcedures({ procedures = {} }: RateLimits): void {
  const known = procedureNames();
  const unknown = Object.keys(procedures).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new StartError(
    "API_SETTING_INVALID",
    `The environment is not valid: MERCADO_API_RATE_LIMITS: the shop has no ${unknown.join(" and no ")}.`,
    { hint: `Its procedures: ${[...known].toSorted().join(", ")}.` },
  );
}

/** Tells who calls, and counts what they call. */
function contextFactory(
  { shop, authenticate, development, settings }: AppParts,
  requests: RequestsUnderWay,
): ContextOf {
  const { callMilliseconds, rateLimits = development ? "off" : RATE_LIMITS } = settings;
  if (rateLimits !== "off") refuseUnknownProcedures(rateLimits);
  const limiter = rateLimits === "off" ? undefined : openRateLimiter(rateLimits);

  async function callerOf(request: FastifyRequest): Promise<Caller> {
    try {
      const caller = await authenticate(request.headers.authorization);
      request.callerName = nameOfCaller(caller);
      return caller;
    } catch (error) {
      // A good token is never refused for the bad ones of others who share its address.
      if (error instanceof ShopError && error.mercado === "TOKEN_INVALID") {
        await limiter?.spend("sign-in", `address:${request.ip}`);
      }
      throw error;
    }
  }

  return async (request): Promise<Context> => {
    const caller = await callerOf(request);
    const counted =
      caller.role === "anonymous" ? `address:${request.ip}` : (request.callerName ?? "");
    return {
      ...tracedStores(shop, request.trace),
      caller,
      requestId: request.trace?.requestId ?? request.id,
      limits: {
        admit: async ({ path, type }) => {
          await limiter?.spend(rateClassOf(path, type), counted);
          await limiter?.spend(path, counted);
        },
        milliseconds: callMilliseconds,
        follow: (work) => {
          requests.follow(request, work);
        },
      },
    };
  };
}
