import type { ColumnType } from "../core/column-type.ts";
import type { Assertion } from "../core/data-test.ts";
import { quoteText } from "../core/sql-text.ts";

type Freshness = Assertion & { readonly type: "freshness" };

/** Stands for the run's time where nothing runs, as in `check`. */
const noTime = "2000-01-01T00:00:00.000Z";

/**
 * One row when the newest row is too old, or there is none: `staleness` says whether for a warning or for an error.
 * `now` is the run's time, ISO 8601.
 */
export function freshnessQuery(
  assertion: Freshness,
  tested: string,
  type: ColumnType["kind"],
  now: string = noTime,
): string {
  const { column, warnAfterSeconds, errorAfterSeconds } = assertion;
  // A time with a zone is compared as what it is in UTC, whatever the session's zone.
  const latest =
    type === "timestamptz"
      ? `cast(max(${column}) at time zone 'UTC' as timestamp)`
      : `cast(max(${column}) as timestamp)`;
  const isOlderThan = (seconds: number) => `${latest} < ${timeLiteral(now, seconds)}`;
  const limits = [warnAfterSeconds, errorAfterSeconds].filter((seconds) => seconds !== undefined);
  const staleness =
    errorAfterSeconds === undefined
      ? "'warn'"
      : `case when ${latest} is null or ${isOlderThan(errorAfterSeconds)} then 'error' else 'warn' end`;
  return [
    `select ${latest} as latest, ${timeLiteral(now, 0)} as checked_at, ${staleness} as staleness`,
    `from ${tested}`,
    `having ${latest} is null or ${isOlderThan(Math.min(...limits))}`,
  ].join("\n");
}

function timeLiteral(now: string, secondsBefore: number): string {
  const time = new Date(Date.parse(now) - secondsBefore * 1000).toISOString();
  return `cast(${quoteText(time.replace("T", " ").replace("Z", ""))} as timestamp)`;
}
