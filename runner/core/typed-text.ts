import type { ColumnType } from "./column-type.ts";
import { printColumnType } from "./column-type.ts";

/** Whether a text can become a value of a column's type without being changed on the way. */
export function fitsType(text: string, type: ColumnType): boolean {
  switch (type.kind) {
    case "smallint":
      return isWholeNumber(text, 16n);
    case "integer":
      return isWholeNumber(text, 32n);
    case "bigint":
      return isWholeNumber(text, 64n);
    case "decimal":
      return isDecimal(text, type.precision, type.scale);
    case "double":
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
    case "boolean":
      return text === "true" || text === "false";
    case "date":
      return isDate(text);
    case "timestamp":
      return isTimestamp(text, "");
    case "timestamptz":
      return isTimestamp(text, "(?:Z|[+-]\\d{2}:\\d{2})");
    case "json":
      return isJson(text);
    case "varchar":
      return Buffer.byteLength(text) <= (type.length ?? 65535);
  }
}

/** How a type's values are written in a seed or a fixture. */
export function describeForm(type: ColumnType): string {
  switch (type.kind) {
    case "boolean":
      return "Write true or false.";
    case "date":
      return "Write a day as 2025-03-17.";
    case "timestamp":
      return "Write a time as 2025-03-17 02:02:51, in UTC.";
    case "timestamptz":
      return "Write a time with its zone, as 2025-03-17T02:02:51Z.";
    case "varchar":
      return "Lengths are bytes in UTF-8, as in Redshift.";
    case "smallint":
    case "integer":
    case "bigint":
    case "decimal":
    case "double":
    case "json":
      return `Write a value of ${printColumnType(type)}, or widen the type in the YAML file.`;
  }
}

function isWholeNumber(text: string, bits: bigint): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const limit = 1n << (bits - 1n);
  const value = BigInt(text.replace(/^\+/, ""));
  return value >= -limit && value < limit;
}

function isDecimal(text: string, precision: number, scale: number): boolean {
  const match = /^[+-]?0*(\d*)(?:\.(\d*))?$/.exec(text);
  const [, whole = "", fraction = ""] = match ?? [];
  if (match === null || !/\d/.test(text)) return false;
  return whole.length <= precision - scale && fraction.replace(/0+$/, "").length <= scale;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  // A day that the calendar lacks, such as February 30, becomes another one.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function isTimestamp(text: string, zone: string): boolean {
  const time = "[ T](?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,6})?)?";
  return isDate(text.slice(0, 10)) && new RegExp(`^.{10}${time}${zone}$`).test(text);
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
