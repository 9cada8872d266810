import { wordsOfSql } from "../../core/blank-out.ts";

/** Whether a text ends with a semicolon that is neither in a comment nor in a quoted text, which may still be open. */
export function isWholeStatement(text: string): boolean {
  const words = wordsOfSql(text);
  const isOpen = /'|"|\/\*/.test(words);
  return !isOpen && words.trimEnd().endsWith(";");
}
