import { quotePlain } from "../../core/sql-text.ts";

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path for DuckDB's readers, which would take some characters for wildcards. */
export function quoteReadPath(path: string): string {
  return quotePlain(path.replace(/[*?[]/g, "[$&]"));
}
