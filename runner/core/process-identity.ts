import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { codeOf } from "./caught.ts";

/** A process of a machine, told from a later one that got its number. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When it began, in the clock ticks of its machine; absent where the system does not tell. */
  readonly began?: string;
  /** This start of the machine, and the container: all whose process numbers mean the same. Absent where the system does not tell. */
  readonly machine?: string;
}

export function ownIdentity(): ProcessIdentity {
  const began = beginningOf(process.pid);
  const machine = ownMachine();
  return {
    pid: process.pid,
    host: hostname(),
    ...(began === undefined ? {} : { began }),
    ...(machine === undefined ? {} : { machine }),
  };
}

/** Whether a process is certainly gone, also among machines and containers that have the same name. */
export function isGoneHere(identity: ProcessIdentity): boolean {
  const { machine } = identity;
  return machine !== undefined && machine === ownMachine() && isGone(identity);
}

/** Whether a process of a machine with a name of its own is gone. Of another machine's nobody here knows. */
export function isGone({ pid, host, began }: ProcessIdentity): boolean {
  if (host !== hostname()) return false;
  if (!isAlive(pid)) return true;
  const now = beginningOf(pid);
  return began !== undefined && now !== undefined && now !== began;
}

/** Whether there is a process of this number on this machine, be it another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

/** Undefined where there is no /proc, as on macOS. */
function ownMachine(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

/** Undefined where there is no /proc, as on macOS. */
function beginningOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything; the fields after it are numbers.
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .at(19);
  } catch {
    return undefined;
  }
}
