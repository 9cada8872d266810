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

/** How long statements that an engine elsewhere runs may take to be cancelled, in milliseconds. */
const cancelling = 15_000;

/** Ends the process when `letGo` is done, or has failed, or takes too long. */
function exitAfter(letGo: () => Promise<void>): void {
  setTimeout(exit, cancelling).unref();
  letGo().then(exit, exit);
}

/** From here on, SIGINT and SIGTERM end the process after `letGo`, which stops work that would go on without it; twice, at once. */
export function endOnInterruption(letGo: () => Promise<void>): void {
  let isEnding = false;
  for (const name of signals) {
    process.off(name, exit);
    process.on(name, () => {
      if (isEnding) exit();
      isEnding = true;
      exitAfter(letGo);
    });
  }
}

/**
 * From here on, the first SIGINT or SIGTERM aborts `signal`, and the second ends the process, after `letGo`: native
 * work that nobody stops would keep the process alive until it is done, and an engine elsewhere would go on with it. The
 * third ends it at once. Returns what ends that: a signal then ends the process at once, as before.
 */
export function abortOnInterruption(
  signal: AbortController,
  letGo: () => Promise<void>,
): () => void {
  let isEnding = false;
  const abort = () => {
    if (isEnding) exit();
    if (signal.signal.aborted) {
      isEnding = true;
      exitAfter(letGo);
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
