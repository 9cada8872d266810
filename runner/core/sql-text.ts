/** The schema of what readers never name: candidates, staged deltas and the tables behind public views. */
export const physicalSchema = "_physical";

/** The schema of the ledger. */
export const ledgerSchema = "_runner";

/** The schema of the rows that broke data tests. */
export const failuresSchema = "_failures";

/** A text as a SQL literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A text as a SQL literal, or null. */
export function quoteNullable(text: string | undefined): string {
  return text === undefined ? "null" : quoteText(text);
}
