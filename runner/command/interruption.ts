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

/** From here on, SIGINT and SIGTERM end the process after `letGo`, which stops native work that would keep it alive. */
export function endOnInterruption(letGo: () => void): void {
  for (const name of signals) {
    process.off(name, exit);
    process.on(name, () => {
      letGo();
      exit();
    });
  }
}

/**
 * From here on, the first SIGINT or SIGTERM aborts `signal`, and the second ends the process, after `letGo`: native
 * work that nobody stops would keep the process alive until it is done.
 */
export function abortOnInterruption(signal: AbortController, letGo: () => void): void {
  for (const name of signals) {
    process.off(name, exit);
    process.on(name, () => {
      if (signal.signal.aborted) {
        letGo();
        exit();
      }
      signal.abort();
    });
  }
}
