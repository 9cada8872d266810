import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const binary = fileURLToPath(new URL("../../../runner/bin.js", import.meta.url));

export interface Ended {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout or stderr has said it. */
  said(text: string): Promise<void>;
}

export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The largest file that the process may write, in units of 1024 bytes. */
  readonly fileLimit?: number;
}

/** The real binary as a process of its own. */
export function start(args: readonly string[], { cwd, env, fileLimit }: Surroundings): Started {
  const clean = { PATH: process.env.PATH ?? "", HOME: cwd, TMPDIR: process.env.TMPDIR ?? "/tmp" };
  const node = [process.execPath, binary, ...args];
  const limited = ["bash", "-c", `ulimit -f ${fileLimit ?? 0}; exec "$@"`, "bash"];
  const [file = "", ...rest] = fileLimit === undefined ? node : [...limited, ...node];
  const child = spawn(file, rest, {
    cwd,
    env: { ...clean, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const listener = () => {
        if (!stdout.includes(text) && !stderr.includes(text)) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
      listener();
      void ended.then(() => {
        reject(new Error(`ended without saying "${text}":\n${stderr}`));
      });
    });
  return { process: child, ended, said };
}

/** A line of `--json` output. */
export type Line = Readonly<Record<string, unknown>>;

export function linesOf(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

/** The codes of the diagnostics that stderr shows. */
export function codesIn({ stderr }: Ended): string[] {
  return [...stderr.matchAll(/^ *([A-Z]+(?:_[A-Z]+)+)(?: {2}\S+)?$/gm)].map(
    ([, code]) => code ?? "",
  );
}
