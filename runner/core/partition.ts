import type { ColumnType } from "./column-type.ts";

/** The day of rows that have none, as Hive and Spark call it. */
export const noDay = "__HIVE_DEFAULT_PARTITION__";

const dayPattern = /^\d{4,6}-\d{2}-\d{2}$/;

/** Whether a text can name a partition. */
export function isDay(text: string): boolean {
  return dayPattern.test(text);
}

/** The day, or `noDay`, that a file's key names; undefined where its relation is not partitioned. */
export function dayOfKey(key: string): string | undefined {
  return /\/dt=([^/]+)\//.exec(key)?.[1];
}

/** SQL for a column's UTC day as text. */
export function dayExpression(column: string, type: ColumnType): string {
  const inUtc = type.kind === "timestamptz" ? `timezone('UTC', "${column}")` : `"${column}"`;
  return `cast(cast(${inUtc} as date) as varchar)`;
}
