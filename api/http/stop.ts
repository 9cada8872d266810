import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { StopSettings } from "./settings.ts";

export interface StopOutcome {
  /** Requests that were under way when the time was up; 0 after a stop in peace. */
  cut: number;
}

/** A client that has just connected may be about to send; one that is silent for longer is not waited for. */
const SILENT_MILLISECONDS = 1_000;

/** What stopping has to know of the service. */
export interface Stoppable {
  app: FastifyInstance;
  /** The number of requests under way. */
  running: () => number;
  /** Ends connections on which nothing was asked for so many milliseconds. */
  endSilent: (milliseconds: number) => void;
}

async function pause(milliseconds: number, hurry: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: hurry }).catch(() => undefined);
}

async function untilNoneRuns(running: () => number, cut: AbortSignal): Promise<void> {
  while (running() > 0 && !cut.aborted) await pause(20, cut);
}

/**
 * Goes on serving for a while (so that a balancer sees that the service is not ready), then takes no new connections,
 * lets the requests under way end, those as well whose callers have gone away, and ends each connection after its answer.
 */
export async function stopGently(
  { app, running, endSilent }: Stoppable,
  settings: StopSettings,
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
  const ending = Promise.all([app.close(), untilNoneRuns(running, cut)]).finally(() => {
    closed.abort();
  });
  // A connection that was busy when closing began would be kept alive for its client's next request.
  const idle = setInterval(() => {
    app.server.closeIdleConnections();
    endSilent(SILENT_MILLISECONDS);
  }, 20);
  if (!cut.aborted) {
    await Promise.race([
      ending,
      once(cut, "abort", { signal: closed.signal }).catch(() => undefined),
    ]);
  }
  if (!closed.signal.aborted) {
    outcome.cut = running();
    app.server.closeAllConnections();
  }
  await ending;
  clearTimeout(timer);
  clearInterval(idle);
  return outcome;
}
