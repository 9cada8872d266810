import { wordsOfSql } from "../../core/blank-out.ts";
import { withoutNullTreatment } from "../../core/null-treatment.ts";
import { checkAccessStatement, isAccessStatement } from "./access/grammar.ts";
import { checkFileStatement, takesFiles, withoutOwnClauses } from "./own-statements.ts";
import { refusedParts } from "./refused-parts.ts";
import type { StatementProblem } from "./refused-parts.ts";
import { reservedWords } from "./reserved-words.ts";

export type { StatementProblem } from "./refused-parts.ts";

/** What Redshift would refuse of one statement for its form alone; nothing where it takes it. Knows no tables and no types. */
export type CheckStatement = (sql: string) => readonly StatementProblem[];

/**
 * Loads a check of Redshift's grammar. Its queries are a part of Postgres's, so that Postgres's own parser reads them;
 * what Redshift lacks of those is refused, and what only Redshift has is checked here.
 */
export async function loadRedshiftGrammar(): Promise<CheckStatement> {
  const { hasSqlDetails, loadModule, parseSync, scanSync } = await import("libpg-query");
  await loadModule();
  const check: CheckStatement = (sql) => {
    if (takesFiles(sql)) return checkFileStatement(sql, check);
    if (isAccessStatement(sql)) return checkAccessStatement(sql, check);
    const plain = withoutOwnClauses(sql, wordsOfSql(sql));
    if (plain.trim() === "") return [{ offset: 0, message: "This is no statement." }];
    const problems = [...reservedNames(plain), ...quotedNames(plain)];
    try {
      const statements = parseSync(withoutNullTreatment(plain, scanSync)).stmts ?? [];
      const [first, second] = statements;
      if (first?.stmt === undefined) return [{ offset: 0, message: "This is no statement." }];
      if (second !== undefined) {
        problems.push({
          offset: characterOffset(plain, second.stmt_location ?? 0),
          message: "This is more than one statement.",
        });
      }
      const refused = refusedParts(first.stmt);
      const found = refused.map((problem) => ({
        ...problem,
        offset: characterOffset(plain, problem.offset),
      }));
      return [...problems, ...found].sort((a, b) => a.offset - b.offset);
    } catch (error) {
      if (!hasSqlDetails(error)) throw error;
      const { message, cursorPosition } = error.sqlDetails ?? { message: "", cursorPosition: 0 };
      // Mostly the parser stumbles over the same word.
      if (problems.length > 0) return problems;
      const offset = letterOffset(plain, Math.max(0, cursorPosition));
      return [{ offset, message: `${message}.` }];
    }
  };
  return check;
}

function reservedNames(sql: string): StatementProblem[] {
  return [...wordsOfSql(sql).matchAll(/(?<![\w$.])[a-z_][a-z0-9_]*(?![\w$]|\s*\()/gi)].flatMap(
    ({ 0: word, index }) =>
      reservedWords.has(word.toLowerCase())
        ? [
            {
              offset: index,
              message: `"${word}" is a word of Redshift's own.`,
              hint: `Name it otherwise, or write "${word.toLowerCase()}" in double quotes.`,
            },
          ]
        : [],
  );
}

const longestName = 127;
const quotedParts = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"((?:[^"]|"")*)"/g;

/** Redshift folds names to lower case even where they are quoted, and cuts none short. */
function quotedNames(sql: string): StatementProblem[] {
  const long = [...wordsOfSql(sql).matchAll(/\w{128,}/g)].map(({ index }) => tooLong(index));
  const quoted = [...sql.matchAll(quotedParts)].flatMap(({ 1: name, index }) => {
    if (name === undefined) return [];
    if (Buffer.byteLength(name) > longestName) return [tooLong(index)];
    if (name === name.toLowerCase()) return [];
    const message = `Redshift makes "${name}" lower case although it is quoted.`;
    return [{ offset: index, message, hint: "Name it in lower snake case." }];
  });
  return [...long, ...quoted];
}

function tooLong(offset: number): StatementProblem {
  return { offset, message: `This name is longer than ${longestName} bytes.` };
}

/** The parser's own errors count letters, whatever their width. */
function letterOffset(text: string, letters: number): number {
  return Array.from(text).slice(0, letters).join("").length;
}

/** The tree counts bytes. */
function characterOffset(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length;
}
