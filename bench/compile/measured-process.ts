import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Measurement {
  /** Wall time of the whole process. */
  readonly seconds: number;
}

/** Runs a program to its end and measures it from outside. Throws when it fails. */
export async function measure(
  cwd: string,
  command: string,
  args: readonly string[],
): Promise<Measurement> {
  const began = performance.now();
  const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}\n${stderr}`);
  return { seconds: (performance.now() - began) / 1000 };
}

/** The middle of several runs. */
export async function median(times: number, run: () => Promise<Measurement>): Promise<number> {
  const seconds: number[] = [];
  for (let index = 0; index < times; index += 1) seconds.push((await run()).seconds);
  seconds.sort((a, b) => a - b);
  return seconds[Math.floor(seconds.length / 2)] ?? Number.NaN;
}
