import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import { diskFailure } from "../../core/disk-failure.ts";
import { codeFrame } from "../../core/frame.ts";
import { StatementFailure } from "../../core/statement-failure.ts";
import type { StatementPosition } from "../../core/statement-failure.ts";
import { readHolder } from "./holder-file.ts";

/**
 * DuckDB's errors begin with their class, `Binder Error: …`, and may end with `LINE n: …` and a caret.
 * `file` is the warehouse's, named when its disk is the problem.
 */
export function statementFailure(error: unknown, statement: string, file: string): Failure {
  const text = messageOf(error);
  const disk = diskFailure(error, quotedPath(text) ?? file);
  if (disk !== undefined) return disk;
  const missing = missingLakeFile(text);
  if (missing !== undefined) return missing;
  const [head = text] = text.split(/\n\s*LINE \d+:/);
  const [message = head, ...rest] = head.trim().split("\n");
  const cause = rest.join(" ").trim() || undefined;
  const position = positionIn(text, statement);
  const frame = position && codeFrame(statement, { file: "", ...position });
  return new StatementFailure({ code: "SQL_FAILED", message, cause, frame }, statement, position);
}

/** Why a warehouse's file cannot be opened. */
export function openFailure(error: unknown, file: string): Failure {
  const text = messageOf(error);
  const holder = /Conflicting lock is held in (.+?) \(PID (\d+)\)/.exec(text);
  if (holder !== null) return busy(file, Number(holder[2]), holder[1] ?? "?");
  const disk = diskFailure(error, file);
  if (disk !== undefined) return disk;
  return new Failure([
    {
      code: "WAREHOUSE_FAILED",
      message: `The warehouse ${file} cannot be opened.`,
      cause: text,
      hint: "If the file is damaged, move it away and run `runner build`: the sources and the lake hold the data.",
    },
  ]);
}

function busy(file: string, pid: number, program: string): Failure {
  const holder = readHolder(file, pid);
  const who =
    holder === undefined
      ? `process ${pid} (${program})`
      : `runner ${holder.command} (process ${pid}, since ${holder.since})`;
  return new Failure([
    {
      code: "WAREHOUSE_BUSY",
      message: `The warehouse ${file} is in use by ${who}.`,
      hint: "A DuckDB warehouse takes one process at a time: wait for it with --wait 10m, or until it has ended.",
    },
  ]);
}

/** A published Parquet file that is gone; the ledger, which is asked before the lake, still names it. */
function missingLakeFile(text: string): Failure | undefined {
  const file = /No files found that match the pattern "([^"]+\.parquet)"/.exec(text)?.[1];
  if (file === undefined) return undefined;
  return new Failure(
    [
      {
        code: "LAKE_CORRUPT",
        message: `The lake has lost a file: ${file}`,
        hint: "Restore it, or read the sources again from the beginning: runner build --full-refresh",
      },
    ],
    1,
  );
}

function quotedPath(text: string): string | undefined {
  return /"(\/[^"]+)"/.exec(text)?.[1];
}

/** DuckDB shows a long line in part, between `...`, with its caret under that part. */
function positionIn(text: string, statement: string): StatementPosition | undefined {
  const told = /\nLINE (\d+): (.*)(?:\n( *)\^)?/.exec(text);
  if (told === null) return undefined;
  const [, number = "", shown = "", beforeCaret] = told;
  const line = Number(number);
  if (beforeCaret === undefined) return { line, column: 1 };
  const inShown = beforeCaret.length - `LINE ${number}: `.length;
  const whole = statement.split("\n")[line - 1] ?? "";
  const part = shown.replace(/^\.\.\.|\.\.\.$/g, "");
  const isCut = shown.startsWith("...") && !whole.startsWith(shown);
  const column = isCut ? whole.indexOf(part) + inShown - "...".length + 1 : inShown + 1;
  return { line, column: Math.max(1, column) };
}
