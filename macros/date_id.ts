import type { Macro } from "@mercado/runner/macro.ts";

/** The key of `gold.date` for a date or a UTC timestamp: yyyymmdd as an integer. */
const dateId: Macro<[column: string]> = (_context, column) =>
  `cast(extract(year from ${column}) * 10000 + extract(month from ${column}) * 100` +
  ` + extract(day from ${column}) as integer)`;

export default dateId;
