import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { LeaseHolder } from "../../core/lease.ts";

/** Stands beside a warehouse that is open for writing, which nobody else can open to ask. */
function pathOf(file: string): string {
  return `${file}.holder.json`;
}

export function writeHolder(file: string, holder: LeaseHolder): void {
  writeFileSync(pathOf(file), `${JSON.stringify(holder)}\n`);
}

export function removeHolder(file: string): void {
  rmSync(pathOf(file), { force: true });
}

/** The holder with this process id; undefined when the file is another's, who was killed. */
export function readHolder(file: string, pid: number): LeaseHolder | undefined {
  try {
    const holder = JSON.parse(readFileSync(pathOf(file), "utf8")) as LeaseHolder;
    return holder.pid === pid ? holder : undefined;
  } catch {
    return undefined;
  }
}
