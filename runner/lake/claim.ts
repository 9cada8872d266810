import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { codeOf } from "../core/caught.ts";
import { ensureFolder } from "./durable.ts";
import { isGone } from "../core/process-identity.ts";

/** Who works on something; `isDone` once it is over. */
interface Claim {
  readonly pid: number;
  readonly host: string;
  readonly isDone: boolean;
}

/** In milliseconds. */
const patience = 10_000;
const pause = 20;

/**
 * Does `work` while no other process of this machine does work of the same name. Claims are numbered files, of which the
 * highest counts, and whose numbers never come again: one that ended, or whose process was killed, is followed by the
 * next. Undefined, and nothing done, when another's work does not end in time.
 */
export async function exclusively<Result>(
  folder: string,
  name: string,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result } | undefined> {
  await ensureFolder(folder);
  const until = Date.now() + patience;
  for (;;) {
    const number = await claimNext(folder, name);
    if (number === undefined) {
      if (Date.now() > until) return undefined;
      await setTimeout(pause);
      continue;
    }
    try {
      return { result: await work() };
    } finally {
      await writeFile(join(folder, `${name}.${number}`), claimText(true));
    }
  }
}

/** The number of the claim that is ours now; undefined where somebody else's counts. */
async function claimNext(folder: string, name: string): Promise<number | undefined> {
  const highest = await highestClaim(folder, name);
  if (highest > 0 && isHeld(await readClaim(join(folder, `${name}.${highest}`)))) return undefined;
  const number = highest + 1;
  const path = join(folder, `${name}.${number}`);
  const arriving = join(folder, `.${name}.${process.pid}.${Math.random()}`);
  await writeFile(arriving, claimText(false));
  try {
    await link(arriving, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return undefined;
    throw error;
  } finally {
    await rm(arriving, { force: true });
  }
  // Who was slow may have taken a number that others have used up and removed.
  if ((await highestClaim(folder, name)) !== number) {
    await rm(path, { force: true });
    return undefined;
  }
  for (const old of await claims(folder, name)) {
    if (old < number) await rm(join(folder, `${name}.${old}`), { force: true });
  }
  return number;
}

async function highestClaim(folder: string, name: string): Promise<number> {
  return Math.max(0, ...(await claims(folder, name)));
}

async function claims(folder: string, name: string): Promise<readonly number[]> {
  const numbers = (await readdir(folder))
    .filter((file) => file.startsWith(`${name}.`))
    .map((file) => Number(file.slice(name.length + 1)));
  return numbers.filter((number) => Number.isInteger(number));
}

function claimText(isDone: boolean): string {
  return JSON.stringify({ pid: process.pid, host: hostname(), isDone } satisfies Claim);
}

/** Undefined for one that is gone, or is just being written. */
async function readClaim(path: string): Promise<Claim | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Claim;
  } catch {
    return undefined;
  }
}

/** Another machine's claim is never taken for one that was left behind. */
function isHeld(claim: Claim | undefined): boolean {
  if (claim === undefined) return true;
  return !claim.isDone && !isGone(claim);
}
