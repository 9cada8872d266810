import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** The size of a demo, as the command line or an interrupted demo says. */
export interface DemoSize {
  customers: number;
  vendors: number;
  days: number;
  seed: number;
}

/** One run of the demo: which days were shopped, and whether it came to its end. */
export interface DiaryEntry extends DemoSize {
  /** YYYY-MM-DD. */
  firstDay: string;
  /** How many days had been shopped before `firstDay`. */
  daysBefore: number;
  finished: boolean;
}

const HISTORY_DAYS = 60;
const DAY = 86_400_000;

/** The day `days` after `day`, both YYYY-MM-DD. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/**
 * What this run of the demo does: an interrupted one is gone on with, as it was; otherwise shopping goes on the day
 * after the last. Undefined when that would lie in the future. The first demo begins sixty days ago.
 */
export function nextEntry(
  last: DiaryEntry | undefined,
  size: DemoSize,
  today: string,
): DiaryEntry | undefined {
  if (last !== undefined && !last.finished) return last;
  const firstDay =
    last === undefined ? dayAfter(today, -HISTORY_DAYS) : dayAfter(last.firstDay, last.days);
  if (dayAfter(firstDay, size.days - 1) > today) return undefined;
  const daysBefore = last === undefined ? 0 : last.daysBefore + last.days;
  return { ...size, firstDay, daysBefore, finished: false };
}

export async function readDiary(file: string): Promise<DiaryEntry | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as DiaryEntry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Replaces the diary at once, so that a crash leaves the old entry or the new one. */
export async function writeDiary(file: string, entry: DiaryEntry): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(entry)}\n`);
  await rename(`${file}.new`, file);
}
