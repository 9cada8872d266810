import type { Macro } from "@mercado/runner/macro.ts";

/** A `timestamptz` as a `timestamp` without zone, in UTC whatever the session's zone is. */
const utc: Macro<[column: string]> = (_context, column) =>
  `cast(${column} at time zone 'UTC' as timestamp)`;

export default utc;
