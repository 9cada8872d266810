import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

export interface Measurement {
  /** Wall time of the whole process. */
  readonly seconds: number;
  /** Time on all cores, its own and the system's on its behalf. */
  readonly cpuSeconds: number;
  /** The most memory that it held at once. */
  readonly megabytes: number;
}

const reportUsage = new URL("report-usage.js", import.meta.url).href;

export interface NodeProcess {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs Node to its end and measures it from outside. Throws when it fails. */
export async function measure({ cwd, args, env = {} }: NodeProcess): Promise<Measurement> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--import", reportUsage, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const [stderr, usage] = [textOf(child.stderr), textOf(child.stdio[3] as Readable)];
  const [code] = (await once(child, "close")) as [number | null];
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}\n${stderr()}`);
  return { seconds, ...(JSON.parse(usage()) as Omit<Measurement, "seconds">) };
}

function textOf(stream: Readable | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return () => text;
}

export interface Median extends Measurement {
  /** The shortest wall time. */
  readonly least: number;
}

/**
 * Measures several things in turn, time and again, so that whatever else the machine does meets all of them alike.
 * Each measure is the middle of its own values.
 */
export async function medians<Name extends string>(
  times: number,
  runs: Readonly<Record<Name, () => Promise<Measurement>>>,
): Promise<Readonly<Record<Name, Median>>> {
  const all = new Map<string, Measurement[]>();
  for (let round = 0; round < times; round += 1) {
    for (const [name, run] of Object.entries<() => Promise<Measurement>>(runs)) {
      all.set(name, [...(all.get(name) ?? []), await run()]);
    }
  }
  const rows = [...all].map(([name, measured]) => [name, middleOf(measured)] as const);
  return Object.fromEntries(rows) as Record<Name, Median>;
}

function middleOf(all: readonly Measurement[]): Median {
  const middle = (name: keyof Measurement) => {
    const sorted = all.map((each) => each[name]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    seconds: middle("seconds"),
    cpuSeconds: middle("cpuSeconds"),
    megabytes: middle("megabytes"),
    least: Math.min(...all.map((each) => each.seconds)),
  };
}
