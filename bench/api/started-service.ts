import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Phase } from "./load.ts";

/** A service that is measured, listening. */
export interface BenchedService {
  readonly name: string;
  readonly url: string;
  /** CPU seconds that the service's process has taken so far, where the system tells. */
  cpuSeconds(): Promise<number | undefined>;
  readonly browse: Phase;
  readonly cart: Phase;
  readonly checkout: Phase;
  /** After the checkouts: compares what was acknowledged with what is stored. Says what it found. */
  verify(): Promise<Verdict>;
  close(): Promise<void>;
}

export interface Verdict {
  readonly text: string;
  readonly isRight: boolean;
}

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a server and waits until it says, on stdout or stderr, where it listens. */
export async function startProgram({ file, args, env, cwd }: Program) {
  const child = spawn(file, args, {
    env: { PATH: process.env["PATH"], ...env },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said = `${said}${String(chunk)}`.slice(-4_000);
        const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said) ?? [];
        if (address !== undefined) resolve(address);
      });
    }
    void ended.then(() => {
      reject(new Error(`${file} ended at once:\n${said}`));
    });
  });
  return {
    url,
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    async stop(): Promise<void> {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const TICKS_PER_SECOND = 100;

/** User and system time of a process, from Linux's /proc. */
async function cpuSecondsOf(pid: number): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Behind the name, which may hold blanks, utime and stime are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}
