import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { StopSettings } from "./settings.ts";

export interface StopOutcome {
  /** Requests that were under way when the time was up; 0 after a stop in peace. */
  cut: number;
}

/** The number of requests that have begun and not been answered. */
export function countRequests(app: FastifyInstance): () => number {
  let running = 0;
  app.addHook("onRequest", (_request, _reply, done) => {
    running += 1;
    done();
  });
  app.addHook("onResponse", (_request, _reply, done) => {
    running -= 1;
    done();
  });
  return () => running;
}

async function pause(milliseconds: number, hurry: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: hurry }).catch(() => undefined);
}

/**
 * Goes on serving for a while (so that a balancer sees that the service is not ready), then takes no new connections,
 * lets the requests under way end, and ends each connection after its answer.
 */
export async function stopGently(
  app: FastifyInstance,
  settings: StopSettings & { running: () => number },
  hurry: AbortSignal = new AbortController().signal,
): Promise<StopOutcome> {
  await pause(settings.drainMilliseconds, hurry);
  const outcome = { cut: 0 };
  const closed = new AbortController();
  const timeIsUp = new AbortController();
  const timer = setTimeout(() => {
    timeIsUp.abort();
  }, settings.stopMilliseconds);
  const cut = AbortSignal.any([hurry, timeIsUp.signal]);
  const ending = app.close().finally(() => {
    closed.abort();
  });
  // A connection that was busy when closing began would be kept alive for its client's next request.
  const idle = setInterval(() => {
    app.server.closeIdleConnections();
  }, 20);
  if (!cut.aborted) {
    await Promise.race([
      ending,
      once(cut, "abort", { signal: closed.signal }).catch(() => undefined),
    ]);
  }
  if (!closed.signal.aborted) {
    outcome.cut = settings.running();
    app.server.closeAllConnections();
  }
  await ending;
  clearTimeout(timer);
  clearInterval(idle);
  return outcome;
}
