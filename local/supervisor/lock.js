import { closeSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "./processes.js";

/**
 * The right to be the only one of its kind in a home: its `supervisor`, its `demo`. It ends with `release`, or with the
 * process. Each contender makes a file of its own, whose name says who it is, and then looks for others: of two
 * contenders, at least the later one sees the other and steps back. A dead contender's file is never made again, so
 * that anybody may remove it.
 * @typedef {{ home: string, kind: string }} Lock
 */

/**
 * @param {Lock} lock
 * @param {() => boolean} isServed whether somebody else serves the home, so that there is nothing to wait for
 * @param {number} patienceMs
 * @returns {Promise<"held" | "served" | "timeout">}
 */
export async function acquire(lock, isServed, patienceMs) {
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    if (others(lock).length === 0) {
      closeSync(openSync(ownFile(lock), "w", 0o600));
      if (others(lock).length === 0) return "held";
      release(lock);
    } else if (isServed()) {
      return "served";
    }
    await sleep(5 + Math.random() * 40);
  }
  return "timeout";
}

/** @param {Lock} lock */
export function release(lock) {
  rmSync(ownFile(lock), { force: true });
}

/** @param {Lock} lock */
function ownFile({ home, kind }) {
  return join(home, ownName(kind));
}

/** @param {string} kind */
function ownName(kind) {
  return `${kind}-${process.pid}-${startOf(process.pid)}.lock`;
}

/**
 * The ids of the other live contenders.
 * @param {Lock} lock
 * @returns {number[]}
 */
export function others({ home, kind }) {
  return readdirSync(home).flatMap((name) => {
    const [, found, pid, start] = /^([a-z]+)-(\d+)-(.*)\.lock$/.exec(name) ?? [];
    if (found !== kind || name === ownName(kind)) return [];
    if (startOf(Number(pid)) === start) return [Number(pid)];
    rmSync(join(home, name), { force: true });
    return [];
  });
}
