import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";

/** Known procedures among those that a path of /trpc asks for, each once; anything else there is the caller's own text. */
function proceduresOf(request: FastifyRequest, known: ReadonlySet<string>): string[] {
  const { path } = (request.params ?? {}) as { path?: string };
  if (path === undefined) return [];
  return [...new Set(path.split(","))].filter((name) => known.has(name));
}

interface Answered {
  request: FastifyRequest;
  reply: FastifyReply;
  procedures?: ReadonlySet<string>;
}

/** In the place of a status that nobody was sent, as other servers' logs have it. */
const CALLER_WENT_AWAY = 499;

function isUnsent({ raw }: FastifyReply): boolean {
  return raw.destroyed && !raw.writableFinished;
}

const NONE: ReadonlySet<string> = new Set();

/** Writes one line, without anything that the caller wrote: the route instead of the URL, and no body. */
export function logRequest(logger: Logger, answered: Answered): void {
  const { request, reply, procedures = NONE } = answered;
  const { trace } = request;
  const called = proceduresOf(request, procedures);
  logger.info(
    {
      requestId: trace?.requestId,
      traceId: trace?.traceId,
      method: request.method,
      route: request.routeOptions.url ?? "(none)",
      ...(called.length === 0 ? {} : { procedures: called }),
      status: isUnsent(reply) ? CALLER_WENT_AWAY : reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      caller: request.callerName ?? "unknown",
    },
    "request",
  );
}

export function logRequests(
  app: FastifyInstance,
  logger: Logger,
  procedures: ReadonlySet<string>,
): void {
  app.addHook("onRequest", (request, reply, done) => {
    // Fastify's onResponse does not hear of an answer that nobody takes.
    reply.raw.once("close", () => {
      logRequest(logger, { request, reply, procedures });
    });
    done();
  });
}
