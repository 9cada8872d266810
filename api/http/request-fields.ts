import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { startTrace, type Trace } from "../trace/trace.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set before anything else sees the request. */
    trace: Trace | undefined;
    /** Who calls, for the log; undefined until a token has been looked at. */
    callerName: string | undefined;
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? undefined : value;
}

/** Gives the request its trace, which its answer names. */
export function beginTrace(request: FastifyRequest, reply: FastifyReply): void {
  const { headers } = request;
  request.trace = startTrace({
    "x-request-id": single(headers["x-request-id"]),
    traceparent: single(headers["traceparent"]),
    tracestate: single(headers["tracestate"]),
  });
  reply.header("x-request-id", request.trace.requestId);
}

/** Gives every request its trace. */
export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest("trace", undefined);
  app.decorateRequest("callerName", undefined);
  app.addHook("onRequest", (request, reply, done) => {
    beginTrace(request, reply);
    done();
  });
}
