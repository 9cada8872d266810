import type { Row, Value } from "../../core/ports.ts";

const wideInteger = /^U?(?:BIG|HUGE)INT$/;

/** Decimals and integers beyond 2^53 stay text, which is exact; nested values become JSON text. */
function toValue(value: unknown, type: string): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" && wideInteger.test(type)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  return JSON.stringify(value);
}

/** A row of values as DuckDB's client prints them for JSON. */
export function rowOf(
  names: readonly string[],
  types: readonly string[],
  values: readonly unknown[],
): Row {
  return Object.fromEntries(
    names.map((name, index) => [name, toValue(values[index], types[index] ?? "")]),
  );
}
