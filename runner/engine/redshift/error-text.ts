import type { StatementPosition } from "../../core/statement-failure.ts";

/** What Redshift said of a statement that failed, taken apart. */
export interface RedshiftError {
  /** Its first line, without `ERROR:` and the id of the error. */
  readonly message: string;
  /** What follows, in one line: detail and hint. */
  readonly cause: string | undefined;
  /** Where in the statement, in characters from 1. */
  readonly character: number | undefined;
  /** Where in a stored procedure, the innermost one. */
  readonly procedure: { readonly name: string; readonly line: number } | undefined;
}

/** Reads an error as the Data API tells it: `ERROR: relation "x" does not exist\n  Position: 15`. */
export function readErrorText(text: string): RedshiftError {
  const told = text
    .replace(/^Query #\d+ failed with /, "")
    .replaceAll(/\s*\[ErrorId: [^\]]*\]/g, "")
    .trim();
  const character = /^\s*Position: (\d+)\s*$/m.exec(told)?.[1];
  const procedure = /PL\/pgSQL function "?([\w.]+?)"?(?:\(\))? line (\d+)/.exec(told);
  const [first = "", ...rest] = told
    // The place says more, and counts the lines of the file.
    .replace(character === undefined ? "" : / in context "[^]*?", at line \d+/, "")
    .replace(/^\s*Position: \d+\s*$/m, "")
    .replace(/^\s*Where: [^]*/m, "")
    .replaceAll(/ {2,}/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return {
    message: first.replace(/^ERROR: (?=\D)/, ""),
    cause: rest.join(" ") || undefined,
    character: character === undefined ? undefined : Number(character),
    procedure:
      procedure === null
        ? undefined
        : { name: (procedure[1] ?? "").split(".").at(-1) ?? "", line: Number(procedure[2]) },
  };
}

/** The place of a character, counted from 1 as Postgres does: by letters, whatever their width. */
export function positionAt(statement: string, character: number): StatementPosition {
  return placeAt(
    Array.from(statement)
      .slice(0, character - 1)
      .join(""),
  );
}

/** The place behind the beginning of a statement. */
export function placeAt(beginning: string): StatementPosition {
  const lines = beginning.split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/** 1023 is a violation of serializability; 1018 a table that another transaction made or dropped meanwhile. */
const conflicts =
  /\bERROR:\s*10(?:18|23)\b|serializable isolation violation|could not serialize access|deadlock detected|conflict with concurrent (?:transaction|update)|could not (?:obtain|acquire) lock|lock(?:ing)? (?:wait )?time-?out/im;

/** Whether another transaction was in the way, so that the whole of this one may be tried again. */
export function isConflict(text: string): boolean {
  return conflicts.test(text);
}
