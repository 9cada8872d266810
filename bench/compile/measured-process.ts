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

/** The middle of several runs, of each measure by itself, and the least time that one of them took. */
export async function median(
  times: number,
  run: () => Promise<Measurement>,
): Promise<Measurement & { readonly least: number }> {
  const all: Measurement[] = [];
  for (let index = 0; index < times; index += 1) all.push(await run());
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
