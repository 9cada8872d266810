import type { Macro } from "@mercado/runner/macro.ts";

type Part = "iso_day" | "iso_week" | "iso_year" | "day_name" | "month_name";

const duckdb: Record<Part, (date: string) => string> = {
  iso_day: (date) => `extract(isodow from ${date})`,
  iso_week: (date) => `extract(week from ${date})`,
  iso_year: (date) => `extract(isoyear from ${date})`,
  day_name: (date) => `dayname(${date})`,
  month_name: (date) => `monthname(${date})`,
};

const redshift: Record<Part, (date: string) => string> = {
  iso_day: (date) =>
    `(case extract(dow from ${date}) when 0 then 7 else extract(dow from ${date}) end)`,
  iso_week: (date) => `cast(to_char(${date}, 'IW') as integer)`,
  iso_year: (date) => `cast(to_char(${date}, 'IYYY') as integer)`,
  day_name: (date) => `trim(to_char(${date}, 'Day'))`,
  month_name: (date) => `trim(to_char(${date}, 'Month'))`,
};

function isPart(name: string): name is Part {
  return name in duckdb;
}

/**
 * A part of a date that engines name differently: `{{calendar_part "iso_week" "full_date"}}`. The ISO day runs from
 * Monday (1) to Sunday (7); names are English.
 */
const calendarPart: Macro = ({ dialect }, part = "", date = "") => {
  const name = String(part);
  if (!isPart(name)) {
    throw new Error(
      `calendar_part knows no "${name}"; use one of ${Object.keys(duckdb).join(", ")}`,
    );
  }
  switch (dialect) {
    case "duckdb":
      return duckdb[name](String(date));
    case "redshift":
      return redshift[name](String(date));
  }
};

export default calendarPart;
