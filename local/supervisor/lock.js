import { closeSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "./processes.js";

/**
 * The right to be the only supervisor of a home. Each contender makes a file of its own, whose name says who it is, and
 * then looks for others: of two contenders, at least the later one sees the other and steps back. A dead contender's
 * file is never made again, so that anybody may remove it.
 * @param {string} home
 * @param {() => boolean} isServed whether somebody else serves the home, so that there is nothing to wait for
 * @param {number} patienceMs
 * @returns {Promise<"held" | "served" | "timeout">}
 */
export async function acquire(home, isServed, patienceMs) {
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    if (others(home).length === 0) {
      closeSync(openSync(join(home, ownName()), "w", 0o600));
      if (others(home).length === 0) return "held";
      release(home);
    } else if (isServed()) {
      return "served";
    }
    await sleep(5 + Math.random() * 40);
  }
  return "timeout";
}

/** @param {string} home */
export function release(home) {
  rmSync(join(home, ownName()), { force: true });
}

function ownName() {
  return `supervisor-${process.pid}-${startOf(process.pid)}.lock`;
}

/**
 * The ids of the other live contenders.
 * @param {string} home
 */
function others(home) {
  return readdirSync(home).flatMap((name) => {
    const match = /^supervisor-(\d+)-(.*)\.lock$/.exec(name);
    if (match === null || name === ownName()) return [];
    const pid = Number(match[1]);
    if (startOf(pid) === match[2]) return [pid];
    rmSync(join(home, name), { force: true });
    return [];
  });
}
