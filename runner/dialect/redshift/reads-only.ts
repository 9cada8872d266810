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
  const words = wordsOfSql(sql);
  const first = /^[\s(]*([a-z]+)/i.exec(words)?.[1]?.toLowerCase();
  if (first === undefined || !reading.has(first)) return false;
  const { hasSqlDetails, loadModule, parseSync } = await import("libpg-query");
  await loadModule();
  try {
    const statements = parseSync(sql).stmts ?? [];
    return statements.length === 1 && !changes(statements[0]);
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    // What only Redshift's grammar has; there too, such a statement writes by INTO alone.
    return !/\binto\b|;/i.test(words);
  }
}

/** Whether something in a syntax tree writes: a statement, or SELECT INTO. */
function changes(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  return Object.entries(node).some(
    ([key, value]) => key === "intoClause" || changing.has(key) || changes(value),
  );
}
