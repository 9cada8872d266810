import { exitCodes } from "./options.ts";

const signals = ["SIGINT", "SIGTERM"] as const;

/** Ends the process at once; what a run left is recovered by the next one. */
function exit(): void {
  process.exit(exitCodes.interrupted);
}

/** From here on, SIGINT and SIGTERM end the process with the exit code of an interruption. */
export function exitOnInterruption(): void {
  for (const signal of signals) process.on(signal, exit);
}

/** From here on, the first SIGINT or SIGTERM aborts the returned signal, and the second ends the process. */
export function abortOnInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    process.off(signal, exit);
    process.on(signal, () => {
      if (controller.signal.aborted) exit();
      controller.abort();
    });
  }
  return controller.signal;
}
