export interface Signals {
  /** Resolves with the first signal to stop. */
  stopped: Promise<NodeJS.Signals>;
  /** Aborts with the second one: whoever sent it does not want to wait. */
  hurry: AbortSignal;
}

/** Listens for SIGINT and SIGTERM from now on; neither ends the process by itself any more. */
export function watchSignals(): Signals {
  const hurry = new AbortController();
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    let first = true;
    function receive(signal: NodeJS.Signals): void {
      if (first) resolve(signal);
      else hurry.abort();
      first = false;
    }
    process.on("SIGINT", receive);
    process.on("SIGTERM", receive);
  });
  return { stopped, hurry: hurry.signal };
}
