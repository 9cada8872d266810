import { textLiteral } from "../tokens.ts";

export function jsonLiteral(value: unknown): string {
  return `${textLiteral(JSON.stringify(value))}::json`;
}

export function namesLiteral(names: readonly string[]): string {
  return names.length === 0 ? "'{}'::text[]" : `array[${names.map(textLiteral).join(", ")}]`;
}

/** The oid of a relation by its name, in a query that fails when there is none. */
export function relationLiteral(qualifiedName: string): string {
  return `${textLiteral(qualifiedName)}::regclass`;
}
