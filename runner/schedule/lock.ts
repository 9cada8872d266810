import { mkdir, open, readFile, rm, utimes } from "node:fs/promises";
import { statSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { codeOf } from "../core/caught.ts";
import { Failure } from "../core/diagnostic.ts";
import { isGone } from "../core/process-identity.ts";

export interface ScheduleLock {
  release(): Promise<void>;
}

const beat = 10_000;
/** A holder that has not been heard of for so long is gone, in milliseconds. */
const patience = 60_000;

/** Makes this process the only scheduler of a home, until it ends. A holder that is gone is taken over. */
export async function lockSchedule(file: string): Promise<ScheduleLock> {
  await mkdir(path.dirname(file), { recursive: true });
  const own = JSON.stringify({ pid: process.pid, host: hostname() });
  for (;;) {
    try {
      const handle = await open(file, "wx");
      await handle.writeFile(own);
      await handle.close();
      break;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    const holder = await readHolder(file);
    if (holder !== undefined && !isOver(holder)) throw held(holder, file);
    await rm(file, { force: true });
  }
  const timer = setInterval(() => {
    const now = new Date();
    // A lock that was taken away is noticed by nobody here: its new holder waited for longer than a beat.
    utimes(file, now, now).catch(() => undefined);
  }, beat);
  timer.unref();
  return {
    release: async () => {
      clearInterval(timer);
      if ((await readFile(file, "utf8").catch(() => "")) === own) await rm(file, { force: true });
    },
  };
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly heardOf: number;
}

/** Undefined when the holder let go meanwhile. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const heardOf = statSync(file).mtimeMs;
    const { pid, host } = JSON.parse(await readFile(file, "utf8")) as Partial<Holder>;
    return { pid: Number(pid), host: String(host), heardOf };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    // It was made and not yet written.
    return { pid: 0, host: "", heardOf: Date.now() };
  }
}

function isOver({ pid, host, heardOf }: Holder): boolean {
  if (Date.now() - heardOf > patience) return true;
  // A process of this number that is not this one has ended.
  return (host === hostname() && pid === process.pid) || isGone({ pid, host });
}

function held({ pid, host, heardOf }: Holder, file: string): Failure {
  const seconds = Math.round((Date.now() - heardOf) / 1000);
  const message = `The schedule is run by process ${String(pid)} on ${host}, heard of ${String(seconds)} s ago.`;
  const hint = `Stop that one first. Should it be gone, it is taken over after ${String(patience / 1000)} s of silence (${file}).`;
  return new Failure([{ code: "SCHEDULE_HELD", message, hint }]);
}
