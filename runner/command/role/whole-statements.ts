import { wordsOfSql } from "../../core/blank-out.ts";

export interface WholeStatements {
  /** Each with the semicolon that ends it. */
  readonly statements: readonly string[];
  /** What stands behind the last semicolon, of which more may follow; empty where these are comments alone. */
  readonly rest: string;
}

/** Cuts a text at the semicolons that are neither in a comment nor in a quoted text, which may still be open. */
export function wholeStatements(text: string): WholeStatements {
  const words = wordsOfSql(text);
  const open = /'|"|\/\*/.exec(words)?.index ?? words.length;
  const statements: string[] = [];
  let start = 0;
  for (let end = words.indexOf(";"); end !== -1 && end < open; end = words.indexOf(";", start)) {
    statements.push(text.slice(start, end + 1).trim());
    start = end + 1;
  }
  return { statements, rest: words.slice(start).trim() === "" ? "" : text.slice(start) };
}
