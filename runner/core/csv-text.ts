import type { Value } from "./ports.ts";

/** A line of CSV, quoted as RFC 4180 has it, with its line end: null is nothing at all, and an empty text is `""`. */
export function csvLine(values: readonly Value[]): string {
  return `${values.map(field).join(",")}\n`;
}

function field(value: Value): string {
  if (value === null) return "";
  const text = String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
