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

/** How long an abandoned run may take to finish the statements that run, in milliseconds. */
const patience = 10_000;

/**
 * A run that a pipeline has begun ends with it, as if it were interrupted: its standard input ends when the pipeline's
 * process does, however that is ended.
 */
export function endWithPipeline(): void {
  process.stdin.once("end", () => {
    const interrupt = () => process.kill(process.pid, "SIGTERM");
    interrupt();
    setTimeout(interrupt, patience).unref();
  });
  process.stdin.resume();
  if ("unref" in process.stdin) process.stdin.unref();
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
 * work that nobody stops would keep the process alive until it is done. Returns what ends that: a signal then ends the
 * process at once, as before.
 */
export function abortOnInterruption(signal: AbortController, letGo: () => void): () => void {
  const abort = () => {
    if (signal.signal.aborted) {
      letGo();
      exit();
    }
    signal.abort();
  };
  for (const name of signals) process.off(name, exit).on(name, abort);
  return () => {
    for (const name of signals) process.off(name, abort).on(name, exit);
  };
}

export interface InterruptionSignals {
  /** Aborted by the first SIGINT or SIGTERM: end in an orderly way. */
  readonly soft: AbortSignal;
  /** Aborted by the second: do not wait for anything. */
  readonly hard: AbortSignal;
}

/** From here on, SIGINT and SIGTERM end what runs in our stead; the third one ends the process. */
export function signalsOfInterruption(): InterruptionSignals {
  const soft = new AbortController();
  const hard = new AbortController();
  for (const name of signals) {
    process.off(name, exit);
    process.on(name, () => {
      if (hard.signal.aborted) exit();
      else if (soft.signal.aborted) hard.abort();
      else soft.abort();
    });
  }
  return { soft: soft.signal, hard: hard.signal };
}
