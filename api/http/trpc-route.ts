import type { TRPCError } from "@trpc/server";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import { appRouter } from "../router.ts";
import { noteFailedRequest } from "../trace/failed-request.ts";
import { answerCalls } from "./answer-calls.ts";
import { retryAfterOf } from "./failure-answer.ts";
import { readJson } from "./json-body.ts";
import type { HttpLimits } from "./limits.ts";
import { plainCallsOf, type PlainCalls, type TrpcRequest } from "./plain-calls.ts";

export type ContextOf = (request: FastifyRequest) => Promise<Context>;

export interface TrpcRoute {
  contextOf: ContextOf;
  limits: HttpLimits;
  logger: Logger | undefined;
}

/**
 * Serves every procedure under /trpc. Its bodies are JSON only: tRPC would read forms and streams, too. Plain calls are answered
 * here, and whatever else there is by tRPC's adapter, in the same way.
 */
export function serveTrpc(app: FastifyInstance, { contextOf, limits, logger }: TrpcRoute): void {
  readJson(app, limits, { parse: false });

  function noteFailure(request: TrpcRequest, error: TRPCError, path: string | undefined): void {
    noteFailedRequest(error, request.trace?.requestId);
    if (error.code !== "INTERNAL_SERVER_ERROR" && error.code !== "SERVICE_UNAVAILABLE") return;
    const { requestId } = request.trace ?? {};
    logger?.error({ requestId, path, err: error.cause ?? error }, "a procedure failed");
  }

  async function answerPlainly(calls: PlainCalls, request: TrpcRequest, reply: FastifyReply) {
    const { status, body, errors } = await answerCalls(calls, {
      context: contextOf(request),
      onError: ({ error, path }) => {
        noteFailure(request, error, path);
      },
    });
    return reply
      .code(status)
      .headers({ ...PLAIN_HEADERS, ...headersFor(errors) })
      .serializer(sendAsItIs)
      .send(body);
  }

  app.all<{ Params: { path: string } }>("/trpc/:path", (request, reply) => {
    const calls = plainCallsOf(request, limits.batchSize);
    if (calls !== undefined) return answerPlainly(calls, request, reply);
    return fastifyRequestHandler({
      req: request,
      res: reply,
      path: request.params.path,
      router: appRouter,
      createContext: () => contextOf(request),
      maxBatchSize: limits.batchSize,
      responseMeta: ({ errors }) => ({ headers: headersFor(errors) }),
      onError: ({ error, path }) => {
        noteFailure(request, error, path);
      },
    });
  });
}

/** As the adapter sends them. */
const PLAIN_HEADERS = { vary: "trpc-accept, accept", "content-type": "application/json" };

/** A text, of which Fastify would say once more that it is in UTF-8. */
function sendAsItIs(body: unknown): string {
  return body as string;
}

function headersFor(errors: readonly TRPCError[]): Record<string, string> {
  const waits = errors.map((error) => retryAfterOf(error) ?? 0);
  const longest = Math.max(0, ...waits);
  return longest === 0 ? {} : { "retry-after": String(longest) };
}
