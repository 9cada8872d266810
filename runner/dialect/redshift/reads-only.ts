import { wordsOfSql } from "../../core/blank-out.ts";

const reading = new Set(["select", "with", "show", "explain", "values", "table"]);
const changing = new Set([
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
  "CreateTableAsStmt",
]);

/**
 * Whether a statement only reads. The Data API has no connection that could be told to refuse everything else, so that
 * the text has to tell; a function that changes something is beyond this, and is a matter of rights.
 */
export async function readsOnly(sql: string): Promise<boolean> {
  const { hasSqlDetails, loadModule, parseSync, scanSync } = await import("libpg-query");
  await loadModule();
  // Where a text ends that has a backslash before a quote, Postgres's parser and Redshift see differently.
  const asRedshiftReads = sql.replace(/\\['\\]/g, "  ");
  return [...new Set([sql, asRedshiftReads])].every((text) => {
    const first = /^[\s(]*([a-z]+)/i.exec(wordsOfSql(text))?.[1]?.toLowerCase();
    if (first === undefined || !reading.has(first)) return false;
    try {
      const statements = parseSync(text).stmts ?? [];
      return statements.length === 1 && !changes(statements[0]);
    } catch (error) {
      if (!hasSqlDetails(error)) throw error;
      // What only Redshift's grammar has; there too, such a statement writes by INTO alone.
      return !wordsOf(text, scanSync).some((word) => word === "into" || word === ";");
    }
  });
}

type Scan = (sql: string) => { readonly tokens: readonly { readonly text: string }[] };

/** The words and signs outside of texts, quoted names and comments; all there are where nobody can tell. */
function wordsOf(sql: string, scan: Scan): readonly string[] {
  try {
    return scan(sql).tokens.map(({ text }) => text.toLowerCase());
  } catch {
    return sql.toLowerCase().match(/\w+|;/g) ?? [];
  }
}

/** Whether something in a syntax tree writes: a statement, or SELECT INTO. */
function changes(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  return Object.entries(node).some(
    ([key, value]) => key === "intoClause" || changing.has(key) || changes(value),
  );
}
