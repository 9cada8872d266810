import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const LINUX = process.platform === "linux";

/** @typedef {{ pid: number, command: string }} RunningProcess  The words of `command` are separated by `separator`. */

const separator = LINUX ? "\0" : " ";

/**
 * Every process that this user may look at.
 * @returns {RunningProcess[]}
 */
export function runningProcesses() {
  if (!LINUX) {
    const table = execFileSync("ps", ["-axww", "-o", "pid=,command="], { encoding: "utf8" });
    return table.split("\n").flatMap((line) => {
      const match = /^\s*(\d+)\s+(.*)$/.exec(line);
      return match ? [{ pid: Number(match[1]), command: match[2] ?? "" }] : [];
    });
  }
  return readdirSync("/proc").flatMap((name) => {
    const command = /^\d+$/.test(name) ? procText(Number(name), "cmdline") : undefined;
    return command ? [{ pid: Number(name), command }] : [];
  });
}

/**
 * Whether the command line holds these words side by side.
 * @param {RunningProcess} running
 * @param {string[]} words
 */
export function holdsWords({ command }, words) {
  const all = `${separator}${command}${separator}`;
  return all.includes(`${separator}${words.join(separator)}${separator}`);
}

/**
 * Tells a process from a later one with the same id. Undefined when there is none (a zombie counts as none).
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
  if (LINUX) {
    // The second field is the program's name in brackets and may hold anything.
    const fields = procText(pid, "stat")
      ?.replace(/^.*\)\s*/s, "")
      .split(" ");
    return fields === undefined || fields[0] === "Z" ? undefined : fields[19];
  }
  try {
    const start = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return start.trim().replace(/[^0-9A-Za-z]+/g, "_") || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Sends the signal and waits for the end; what then still lives is killed.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 * @param {number} patienceMs
 */
export async function stopProcess(pid, signal, patienceMs) {
  const start = startOf(pid);
  if (start === undefined) return;
  const gone = () => startOf(pid) !== start;
  for (const [each, wait] of /** @type {const} */ ([
    [signal, patienceMs],
    ["SIGKILL", 5_000],
  ])) {
    try {
      process.kill(pid, each);
    } catch {
      // It ended by itself in the meantime, which the loop below sees.
    }
    for (const end = Date.now() + wait; Date.now() < end; await sleep(5)) if (gone()) return;
  }
}

/**
 * @param {number} pid
 * @param {string} file
 */
function procText(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
