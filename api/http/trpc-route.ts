import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import { appRouter } from "../router.ts";
import { retryAfterOf } from "./failure-answer.ts";
import { readJson } from "./json-body.ts";
import type { HttpLimits } from "./limits.ts";

export type ContextOf = (request: FastifyRequest) => Promise<Context>;

export interface TrpcRoute {
  contextOf: ContextOf;
  limits: HttpLimits;
  logger: Logger | undefined;
}

/** Serves every procedure under /trpc. Its bodies are JSON only: tRPC would read forms and streams, too. */
export function serveTrpc(app: FastifyInstance, { contextOf, limits, logger }: TrpcRoute): void {
  readJson(app, limits, { parse: false });
  app.all<{ Params: { path: string } }>("/trpc/:path", (request, reply) =>
    fastifyRequestHandler({
      req: request,
      res: reply,
      path: request.params.path,
      router: appRouter,
      createContext: () => contextOf(request),
      maxBatchSize: limits.batchSize,
      responseMeta({ errors }) {
        const waits = errors.map((error) => retryAfterOf(error) ?? 0);
        const longest = Math.max(0, ...waits);
        return longest === 0 ? {} : { headers: { "retry-after": String(longest) } };
      },
      onError({ error, path }) {
        if (error.code !== "INTERNAL_SERVER_ERROR" && error.code !== "SERVICE_UNAVAILABLE") return;
        const { requestId } = request.trace ?? {};
        logger?.error({ requestId, path, err: error.cause ?? error }, "a procedure failed");
      },
    }),
  );
}
