import { insertStatements } from "../core/insert-statements.ts";
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

export function insertInto(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return insertStatements(`${ledgerTable(name)} (${columns.join(", ")})`, rows);
}
