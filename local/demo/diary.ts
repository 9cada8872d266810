import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { homeFailure } from "../failure.ts";
import { DemoError } from "./failure.ts";

/** The size of a demo, as the command line or an interrupted demo says. */
export interface DemoSize {
  customers: number;
  vendors: number;
  days: number;
  seed: number;
}

const entrySchema = z.object({
  customers: z.int().min(1),
  vendors: z.int().min(1),
  days: z.int().min(1),
  seed: z.int().min(0),
  /** YYYY-MM-DD. */
  firstDay: z.iso.date(),
  /** How many days had been shopped before `firstDay`. */
  daysBefore: z.int().min(0),
  finished: z.boolean(),
});

/** One run of the demo: which days were shopped, and whether it came to its end. */
export type DiaryEntry = z.infer<typeof entrySchema>;

const HISTORY_DAYS = 60;
const DAY = 86_400_000;

/** The day `days` after `day`, both YYYY-MM-DD. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

function nextDay(last: DiaryEntry | undefined, today: string): string {
  return last === undefined ? dayAfter(today, -HISTORY_DAYS) : dayAfter(last.firstDay, last.days);
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
  if (size.days > daysLeft(last, today)) return undefined;
  const daysBefore = last === undefined ? 0 : last.daysBefore + last.days;
  return { ...size, firstDay: nextDay(last, today), daysBefore, finished: false };
}

/** How many more days can be shopped up to today. */
export function daysLeft(last: DiaryEntry | undefined, today: string): number {
  return Math.max(0, (Date.parse(today) - Date.parse(nextDay(last, today))) / DAY + 1);
}

/** The options that ask for this size. */
export function sizeOptions(size: DemoSize): string {
  const { customers, vendors, days, seed } = size;
  return `--customers ${customers} --vendors ${vendors} --days ${days} --seed ${seed}`;
}

/** Undefined when no demo has begun. */
export async function readDiary(file: string): Promise<DiaryEntry | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw homeFailure(dirname(file), error) ?? error;
  }
  const entry = entrySchema.safeParse(parsed(text));
  if (entry.success) return entry.data;
  const [issue] = entry.error.issues;
  const place = issue?.path.join(".") || "the whole";
  throw new DemoError({
    code: "DEMO_DIARY_BROKEN",
    message: `${file} does not hold what a demo writes there (${place}: ${issue?.message ?? "broken"}).`,
    hint: `Put the file right, or begin again: rm -r ${dirname(file)}`,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Replaces the diary at once, so that a crash leaves the old entry or the new one. */
export async function writeDiary(file: string, entry: DiaryEntry): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, `${JSON.stringify(entry)}\n`);
    await rename(`${file}.new`, file);
  } catch (error) {
    throw homeFailure(dirname(file), error) ?? error;
  }
}
