import type { FastifyInstance, FastifyRequest } from "fastify";

/** Requests that have begun and not ended. One ends when its answer is sent, or its caller gone, and its work done. */
export interface RequestsUnderWay {
  readonly count: () => number;
  /** The request has not ended before this work has, even where nobody waits for it any more. */
  readonly follow: (request: FastifyRequest, work: Promise<unknown>) => void;
}

/** Counts the requests of all routes that are added from now on. */
export function trackRequests(app: FastifyInstance): RequestsUnderWay {
  let running = 0;
  /** What of each request is under way: its answer, and the works that it has begun. */
  const parts = new WeakMap<FastifyRequest, number>();

  function begin(request: FastifyRequest): void {
    const others = parts.get(request) ?? 0;
    if (others === 0) running += 1;
    parts.set(request, others + 1);
  }

  function end(request: FastifyRequest): void {
    const others = (parts.get(request) ?? 1) - 1;
    parts.set(request, others);
    if (others === 0) running -= 1;
  }

  function follow(request: FastifyRequest, work: Promise<unknown>): void {
    begin(request);
    const ended = () => {
      end(request);
    };
    work.then(ended, ended);
  }

  app.addHook("onRequest", (request, reply, done) => {
    begin(request);
    // Of an answer that nobody takes, Fastify's onResponse does not hear.
    reply.raw.once("close", () => {
      end(request);
    });
    done();
  });
  app.addHook("onRoute", (route) => {
    const { handler } = route;
    route.handler = function followed(request, reply) {
      const work: unknown = handler.call(this, request, reply);
      if (work instanceof Promise) follow(request, work);
      return work;
    };
  });
  return { count: () => running, follow };
}
