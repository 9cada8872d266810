import { spawn } from "node:child_process";
import { closeSync, openSync, renameSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { stopProcess } from "./processes.js";

const LOG_BYTES = 10_000_000;

/**
 * A server that runs under this process.
 * @typedef {{ pid: number, ended: Promise<void>, hasEnded: () => boolean, stop: (signal: NodeJS.Signals) => Promise<void> }} ServerProcess
 */

/**
 * @param {{ program: string, words: string[], log: string, cwd: string, env: NodeJS.ProcessEnv, argv0?: string,
 *   account?: import("./account.js").Account | undefined }} options
 * @returns {Promise<ServerProcess>}
 */
export async function startServer({ program, words, log, cwd, env, argv0, account }) {
  const output = openSync(log, "a");
  try {
    const stdio = /** @type {import("node:child_process").StdioOptions} */ ([
      "ignore",
      output,
      output,
    ]);
    const child = spawn(program, words, { ...account, cwd, env, argv0, stdio });
    let over = false;
    const ended = new Promise((resolve) => child.once("exit", () => resolve((over = true))));
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    const pid = child.pid ?? 0;
    return {
      pid,
      ended: ended.then(() => undefined),
      hasEnded: () => over,
      stop: async (signal) => {
        if (!over) await stopProcess(pid, signal, 30_000);
      },
    };
  } finally {
    closeSync(output);
  }
}

/**
 * Waits until the server is ready or has ended, and says which.
 * @param {ServerProcess} server
 * @param {() => boolean} isReady
 * @param {number} patienceMs
 * @returns {Promise<"ready" | "ended" | "timeout">}
 */
export async function readiness(server, isReady, patienceMs) {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(4)) {
    if (server.hasEnded()) return "ended";
    if (isReady()) return "ready";
  }
  return "timeout";
}

/**
 * Sets a log aside that has grown, and says how long the current one is.
 * @param {string} log
 */
export function prepareLog(log) {
  const bytes = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= LOG_BYTES) return bytes;
  renameSync(log, `${log}.old`);
  return 0;
}
