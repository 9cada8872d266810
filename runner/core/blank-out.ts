/** Replaces what matches by blanks of the same length, so that offsets and line numbers stay true. */
export function blankOut(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match) => match.replace(/[^\n]/g, " "));
}

/** Comments of SQL, in a text without quotes. */
export const comments = /--[^\n]*|\/\*[\s\S]*?\*\//g;

const templateParts = /\{\{~?!--[\s\S]*?--~?\}\}|\{\{[\s\S]*?\}\}/g;
const commentsAndQuotes = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** The SQL of a template alone: every `{{…}}` blanked out. */
export function sqlOfTemplate(text: string): string {
  return blankOut(text, templateParts);
}

/** The words of a query alone: comments, quoted texts and quoted names blanked out. */
export function wordsOfSql(sql: string): string {
  return blankOut(sql, commentsAndQuotes);
}
