import { isCovered, iso, shift, startOf, unitsOf } from "../../core/interval.ts";
import type { Interval, IntervalUnit } from "../../core/interval.ts";

export interface IntervalRules {
  readonly interval: IntervalUnit;
  readonly begin: string;
  readonly lookback: number;
}

export interface IntervalWish {
  /** What was built before, merged. */
  readonly covered: readonly Interval[];
  /** ISO 8601, UTC. */
  readonly now: string;
  /** Also those that were left out since `begin`. */
  readonly gaps: boolean;
  /** These alone: every unit that holds any of it. */
  readonly only?: Interval;
}

/** Every unit from the one that `begin` lies in to the one of now, which has not ended yet. */
function allIntervals({ interval, begin }: IntervalRules, now: string): readonly Interval[] {
  return unitsOf(interval, { start: begin, end: now });
}

/**
 * The units that a run builds, in order: those after the last covered one and, before it, as many as the lookback says,
 * for rows that came late. The unit of now is built and counts as covered only once it has ended.
 */
export function dueIntervals(rules: IntervalRules, wish: IntervalWish): readonly Interval[] {
  const { covered, now, gaps, only } = wish;
  const all = allIntervals(rules, now);
  if (only !== undefined) {
    return all.filter(({ start, end }) => start < only.end && only.start < end);
  }
  const lastEnd = covered.at(-1)?.end;
  const from =
    lastEnd === undefined
      ? iso(startOf(rules.interval, Date.parse(rules.begin)))
      : iso(shift(rules.interval, Date.parse(lastEnd), -rules.lookback));
  return all.filter((unit) => unit.start >= from || (gaps && !isCovered(unit, covered)));
}

/** Units that have ended and were never built. */
export function missedIntervals(
  rules: IntervalRules,
  covered: readonly Interval[],
  now: string,
): readonly Interval[] {
  return allIntervals(rules, now).filter((unit) => unit.end <= now && !isCovered(unit, covered));
}
