/** Rows of cells as lines whose columns stand below one another. */
export function alignTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join(" | ")
      .trimEnd(),
  );
}

/** A value for people: null as such, and in quotes whatever could be mistaken for something else. */
export function showValue(value: string | number | bigint | boolean | null): string {
  if (value === null) return "null";
  if (typeof value !== "string") return String(value);
  const isPlain =
    value !== "" && value !== "null" && !/^[\s']|[\s']$|[\u0000-\u001f\u007f]/.test(value);
  return isPlain ? value : `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"')}'`;
}
