/** A stretch of time from `start` to before `end`; ISO 8601, UTC, to the millisecond. */
export interface Interval {
  readonly start: string;
  readonly end: string;
}

export const intervalUnits = ["hour", "day", "week", "month"] as const;
/** Units begin on the hour, at midnight, on Monday and on the first, in UTC. */
export type IntervalUnit = (typeof intervalUnits)[number];

const hour = 3_600_000;
const day = 24 * hour;
/** 1970-01-05, the first Monday of the clock. */
const firstMonday = 4 * day;

/** The beginning of the unit that a moment lies in. */
export function startOf(unit: IntervalUnit, moment: number): number {
  switch (unit) {
    case "hour":
      return Math.floor(moment / hour) * hour;
    case "day":
      return Math.floor(moment / day) * day;
    case "week":
      return Math.floor((moment - firstMonday) / (7 * day)) * 7 * day + firstMonday;
    case "month": {
      const date = new Date(moment);
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
    }
  }
}

/** The beginning of the unit that comes `count` units after the one that a moment lies in; `count` may be negative. */
export function shift(unit: IntervalUnit, moment: number, count: number): number {
  const start = startOf(unit, moment);
  switch (unit) {
    case "hour":
      return start + count * hour;
    case "day":
      return start + count * day;
    case "week":
      return start + count * 7 * day;
    case "month": {
      const date = new Date(start);
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count);
    }
  }
}

/** The whole units that hold any of a stretch, in order. */
export function unitsOf(unit: IntervalUnit, { start, end }: Interval): readonly Interval[] {
  const units: Interval[] = [];
  const last = Date.parse(end);
  for (let from = startOf(unit, Date.parse(start)); from < last;) {
    const until = shift(unit, from, 1);
    units.push({ start: iso(from), end: iso(until) });
    from = until;
  }
  return units;
}

/** Stretches in order, those that touch or overlap joined. */
export function mergeIntervals(intervals: readonly Interval[]): readonly Interval[] {
  const merged: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = merged.at(-1);
    if (last === undefined || last.end < next.start) merged.push(next);
    else if (last.end < next.end) merged[merged.length - 1] = { start: last.start, end: next.end };
  }
  return merged;
}

/** Whether a stretch lies wholly in one of these, which are merged. */
export function isCovered(interval: Interval, covered: readonly Interval[]): boolean {
  return covered.some(({ start, end }) => start <= interval.start && interval.end <= end);
}

export function iso(moment: number): string {
  return new Date(moment).toISOString();
}

/** A unit as people name it: `2026-03-01 05:00`, `2026-03-01`, `the week of 2026-03-02`, `2026-03`. */
export function printUnit(unit: IntervalUnit, { start }: Interval): string {
  switch (unit) {
    case "hour":
      return start.slice(0, 16).replace("T", " ");
    case "day":
      return start.slice(0, 10);
    case "week":
      return `the week of ${start.slice(0, 10)}`;
    case "month":
      return start.slice(0, 7);
  }
}

/** A stretch as `--interval` takes it: `2026-03-01..2026-03-05`, with times where it begins or ends within a day. */
export function printStretch({ start, end }: Interval): string {
  const short = (moment: string) => moment.replace(/T00:00:00\.000Z$/, "").replace(/\.000Z$/, "");
  return `${short(start)}..${short(end)}`;
}
