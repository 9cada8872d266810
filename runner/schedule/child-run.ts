import { spawn } from "node:child_process";

/** How a process ended that was given so much time. */
export interface ChildEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly timedOut: boolean;
}

export interface ChildRequest {
  /** A program and its arguments; no shell is asked. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its standard input is ours to close: it ends when it reads the end, also when we were killed. */
  readonly isTied?: boolean;
  /** In milliseconds; it then gets SIGTERM, and SIGKILL after the grace. */
  readonly timeout?: number;
  readonly grace: number;
  /** Aborted when the user wants it to end: it gets one SIGTERM, and all the time that it needs. */
  readonly signal?: AbortSignal;
  /** Aborted when the user does not want to wait either. */
  readonly killSignal?: AbortSignal;
}

/**
 * Runs a process whose output is ours. It is in a group of its own, so that Ctrl-C reaches it once, through us, and
 * that what it has left behind goes with it.
 */
export function runChild(request: ChildRequest): Promise<ChildEnd> {
  const { command, cwd, env, timeout, grace, signal, killSignal } = request;
  const [program = "", ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [request.isTied === true ? "pipe" : "ignore", "inherit", "inherit"],
      detached: true,
    });
    // What it leaves unread is no concern of ours.
    child.stdin?.on("error", () => undefined);
    let timedOut = false;
    const timers: NodeJS.Timeout[] = [];
    const terminate = () => child.kill("SIGTERM");
    const kill = () => {
      killGroup(child.pid);
    };
    const stop = () => {
      signal?.removeEventListener("abort", terminate);
      killSignal?.removeEventListener("abort", kill);
      timers.forEach(clearTimeout);
    };
    child.once("error", (error) => {
      stop();
      reject(error);
    });
    child.once("exit", (code) => {
      stop();
      if (timedOut) kill();
      resolve({ code, timedOut });
    });
    if (timeout !== undefined) {
      const end = () => {
        timedOut = true;
        terminate();
        timers.push(setTimeout(kill, grace));
      };
      timers.push(setTimeout(end, Math.min(timeout, longestTimer)));
    }
    signal?.addEventListener("abort", terminate, { once: true });
    killSignal?.addEventListener("abort", kill, { once: true });
    if (signal?.aborted === true) terminate();
  });
}

/** Node's timers hold no more milliseconds than this; 24 days. */
const longestTimer = 2 ** 31 - 1;

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
