import { Cron } from "croner";
import { messageOf } from "../core/caught.ts";
import type { Schedule } from "../parse/schema/pipeline.ts";

export interface ScheduleProblem {
  readonly setting: "cron" | "timezone";
  readonly message: string;
}

/** What makes a schedule unusable; undefined when it is sound. */
export function scheduleProblem({ cron, timezone }: Schedule): ScheduleProblem | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    return { setting: "timezone", message: `"${timezone}" is no time zone.` };
  }
  try {
    const next = new Cron(cron, { timezone, paused: true }).nextRun();
    if (next !== null) return undefined;
    return { setting: "cron", message: `"${cron}" is never due.` };
  } catch (error) {
    const reason = messageOf(error).replace(/^Cron\w+: /, "");
    return { setting: "cron", message: `"${cron}" is no cron expression: ${reason}.` };
  }
}

/** The first due time after a moment; undefined when there is none. */
export function nextDue({ cron, timezone }: Schedule, after: Date): Date | undefined {
  return new Cron(cron, { timezone, paused: true }).nextRun(after) ?? undefined;
}

/** More due times than this are never caught up one by one: they are those of a forgotten machine. */
const mostTimes = 1000;

/** The due times after one moment up to and with another, in order; of very many the last ones. */
export function dueBetween(schedule: Schedule, after: Date, until: Date): readonly Date[] {
  const cron = new Cron(schedule.cron, { timezone: schedule.timezone, paused: true });
  const times: Date[] = [];
  for (let time = cron.nextRun(after); time !== null && time <= until; time = cron.nextRun(time)) {
    times.push(time);
    // Looking back is slow, and gives up nothing only here.
    if (times.length > mostTimes) return lastDue(cron, until);
  }
  return times;
}

function lastDue(cron: Cron, until: Date): readonly Date[] {
  const times = cron.previousRuns(mostTimes, new Date(until.getTime() + 1000));
  return times.filter((time) => time <= until).reverse();
}

export interface Situation {
  readonly now: Date;
  /** Every due time up to here was dealt with. */
  readonly handledUntil: Date;
  /** A due time whose run began and never ended. */
  readonly interrupted?: Date;
  /** Since when another pipeline of this scheduler kept this one waiting; a wait is no absence. */
  readonly busySince?: Date;
}

export interface Decision {
  /** The due times to run, in order. */
  readonly run: readonly Date[];
  /** The due times that are given up by the catch-up rule. */
  readonly dropped: readonly Date[];
}

/** How late a run may begin without having been missed, in milliseconds. */
const onTime = 60_000;

/** What is due, after the catch-up rule: each due time is run or dropped once, and then handled. */
export function decide(schedule: Schedule, situation: Situation): Decision {
  const { now, handledUntil, interrupted, busySince } = situation;
  const due = [
    ...(interrupted === undefined ? [] : [interrupted]),
    ...dueBetween(schedule, handledUntil, now),
  ];
  const oldest = schedule.max_age === undefined ? 0 : now.getTime() - schedule.max_age * 1000;
  const young = due.filter((time) => time.getTime() >= oldest);
  const run = chosen(schedule.catch_up, young, (time) => {
    const awake = Math.min(busySince?.getTime() ?? Infinity, now.getTime() - onTime);
    return time !== interrupted && time.getTime() >= awake;
  });
  return { run, dropped: due.filter((time) => !run.includes(time)) };
}

function chosen(
  rule: Schedule["catch_up"],
  due: readonly Date[],
  wasAwaited: (time: Date) => boolean,
): readonly Date[] {
  switch (rule) {
    case "all":
      return due;
    case "latest":
      return due.slice(-1);
    case "none":
      return due.filter(wasAwaited).slice(-1);
  }
}
