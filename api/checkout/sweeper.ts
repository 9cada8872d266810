import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { CheckoutStores } from "./complete.ts";
import { sweep } from "./sweep.ts";

export interface SweeperOptions {
  stores: CheckoutStores;
  /** Between two sweeps, a tenth more or less; 0: never. */
  seconds: number;
  logger?: Logger | undefined;
}

export interface Sweeper {
  /** Ends what is under way and begins nothing more. */
  stop(): Promise<void>;
}

/** Sweeps now and then from now on. A sweep that fails is logged, and the next one tries again. */
export function startSweeper({ stores, seconds, logger }: SweeperOptions): Sweeper {
  const stopping = new AbortController();
  const { signal } = stopping;
  async function sweepOnce(): Promise<void> {
    try {
      const counts = await sweep(stores, {
        signal,
        onFailure: (error) => logger?.warn({ err: error }, "the sweeper could not end something"),
      });
      if (Object.values(counts).some((count) => count > 0)) {
        logger?.info(counts, "the sweeper ended what was left half done");
      }
    } catch (error) {
      logger?.warn({ err: error }, "the sweeper could not look for what is left half done");
    }
  }
  async function run(): Promise<void> {
    while (!signal.aborted) {
      await sweepOnce();
      const pause = seconds * 1_000 * (0.9 + Math.random() * 0.2);
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
  const running = seconds > 0 ? run() : Promise.resolve();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
