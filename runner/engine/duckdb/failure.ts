import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import { diskFailure } from "../../core/disk-failure.ts";
import { codeFrame } from "../../core/frame.ts";

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
  return new Failure([{ code: "SQL_FAILED", message, cause, frame: frameOf(text, statement) }], 1);
}

/** Why a warehouse's file cannot be opened. */
export function openFailure(error: unknown, file: string): Failure {
  const text = messageOf(error);
  const holder = /Conflicting lock is held in (.+?) \(PID (\d+)\)/.exec(text);
  if (holder !== null) {
    return new Failure([
      {
        code: "WAREHOUSE_BUSY",
        message: `The warehouse ${file} is in use by process ${holder[2] ?? "?"} (${holder[1] ?? "?"}).`,
        hint: "A DuckDB warehouse takes one process at a time: wait until that one has ended.",
      },
    ]);
  }
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

function frameOf(text: string, statement: string): string | undefined {
  const line = /\nLINE (\d+): /.exec(text);
  if (line === null) return undefined;
  const caret = /\n( *)\^/.exec(text);
  const prefix = `LINE ${line[1] ?? ""}: `.length;
  const column = caret === null ? 1 : Math.max(1, (caret[1] ?? "").length - prefix + 1);
  return codeFrame(statement, { file: "", line: Number(line[1]), column });
}
