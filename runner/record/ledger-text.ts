import { ledgerSchema, quoteText } from "../core/sql-text.ts";

/** A table of the ledger. */
export function ledgerTable(name: string): string {
  return `${ledgerSchema}.${name}`;
}

/** A moment in ISO 8601, UTC, as a literal that every engine reads. */
export function timestampLiteral(iso: string): string {
  return `cast(${quoteText(iso.replace("T", " ").replace("Z", ""))} as timestamp)`;
}

export function nowLiteral(): string {
  return timestampLiteral(new Date().toISOString());
}

/** A timestamp of the ledger, cast to text, in ISO 8601, UTC. */
export function isoTime(text: string): string {
  return new Date(`${text.replace(" ", "T")}Z`).toISOString();
}

export function insertStatement(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const values = rows.map((row) => `    (${row.join(", ")})`).join(",\n");
  return `insert into ${ledgerTable(name)} (${columns.join(", ")})\nvalues\n${values}`;
}
