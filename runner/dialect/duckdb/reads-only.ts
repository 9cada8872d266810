import { blankOut, wordsOfSql } from "../../core/blank-out.ts";

const changing = new Set(
  "alter analyze attach begin checkpoint comment commit copy create delete detach drop execute export import insert install load merge prepare replace reset rollback set truncate update use vacuum".split(
    " ",
  ),
);

/** Texts between `$$` or `$name$`. */
const dollarQuotes = /\$(\w*)\$[\s\S]*?\$\1\$/g;

/**
 * Whether a text is no more than one statement, and none that would change something, as its first word tells: in DuckDB
 * nothing else does. What is no SQL at all is not found out here, for the engine tells where it breaks off.
 */
export function readsOnly(sql: string): boolean {
  const words = wordsOfSql(blankOut(sql, dollarQuotes));
  const first = /^[\s(]*([a-z]+)/i.exec(words)?.[1]?.toLowerCase() ?? "";
  return !changing.has(first) && !/;\s*\S/.test(words);
}
