/** The schema of what readers never name: candidates, staged deltas and the tables behind public views. */
export const physicalSchema = "_physical";

/** The schema of the ledger. */
export const ledgerSchema = "_runner";

/** The schema of the rows that broke data tests. */
export const failuresSchema = "_failures";

/** A text as a SQL literal, for an engine and a text in which a backslash is only itself: a path for DuckDB, say. */
export function quotePlain(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A text as a SQL value. Redshift reads a backslash in a literal as the beginning of an escape, and DuckDB does not: one
 * comes in by its number.
 */
export function quoteText(text: string): string {
  if (!text.includes("\\")) return quotePlain(text);
  const standIn = unusedCharacter(text);
  return `replace(${quotePlain(text.replaceAll("\\", standIn))}, ${quotePlain(standIn)}, chr(92))`;
}

function unusedCharacter(text: string): string {
  for (let code = 0xe000; ; code += 1) {
    const character = code === 0xe000 ? "~" : String.fromCodePoint(code);
    if (!text.includes(character)) return character;
  }
}

/** A text as a SQL literal, or null. */
export function quoteNullable(text: string | undefined): string {
  return text === undefined ? "null" : quoteText(text);
}
