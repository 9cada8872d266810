import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import { diskFailure } from "../../core/disk-failure.ts";
import { codeFrame } from "../../core/frame.ts";
import { StatementFailure } from "../../core/statement-failure.ts";
import type { StatementPosition } from "../../core/statement-failure.ts";
import { readHolder } from "./holder-file.ts";

/** `file` is the warehouse's, named when its disk is the problem. */
export function statementFailure(error: unknown, statement: string, file: string): Failure {
  const { text, offset } = readError(messageOf(error), statement);
  const disk = diskFailure(new Error(text), quotedPath(text) ?? file);
  if (disk !== undefined) return disk;
  const missing = missingLakeFile(text);
  if (missing !== undefined) return missing;
  const [message = text, ...rest] = text.trim().split("\n");
  const cause = rest.join(" ").trim() || undefined;
  const position = offset === undefined ? undefined : positionOf(statement, offset);
  const frame = position && codeFrame(statement, { file: "", ...position });
  return new StatementFailure({ code: "SQL_FAILED", message, cause, frame }, statement, position);
}

interface StatementError {
  /** Begins with the error's class, `Binder Error: …`. */
  readonly text: string;
  /** Where in the statement, in UTF-16 units from 0. */
  readonly offset?: number;
}

/** Reads an error of a connection that tells its errors as JSON, with or without its class and what was done in front of it. */
function readError(told: string, statement: string): StatementError {
  const json = /^[^{]*(\{.*\})$/s.exec(told.trim())?.[1];
  const fields = json === undefined ? undefined : parseFields(json);
  if (fields === undefined) return { text: told };
  const { exception_type: type, exception_message: message, position } = fields;
  if (typeof message !== "string") return { text: told };
  const text = typeof type === "string" ? `${type} Error: ${message}` : message;
  if (typeof position !== "string") return { text };
  const before = Buffer.from(statement).subarray(0, Number(position)).toString();
  return { text, offset: before.length };
}

function parseFields(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(json) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function positionOf(statement: string, offset: number): StatementPosition {
  const before = statement.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
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
