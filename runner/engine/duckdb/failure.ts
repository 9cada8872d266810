import { Failure } from "../../core/diagnostic.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { codeFrame } from "../../core/frame.ts";

/** DuckDB's errors begin with their class: `Binder Error: …`, and may end with `LINE n: …` and a caret. */
export function statementFailure(error: unknown, statement: string): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const [head = text] = text.split(/\n\s*LINE \d+:/);
  const full = diskDiagnostic(text) ?? {
    code: "SQL_FAILED" as const,
    message: head.trim().split("\n")[0] ?? head,
    cause: head.trim().split("\n").slice(1).join(" ").trim() || undefined,
    frame: frameOf(text, statement),
  };
  return new Failure([full], 1);
}

function frameOf(text: string, statement: string): string | undefined {
  const line = /\nLINE (\d+): /.exec(text);
  if (line === null) return undefined;
  const caret = /\n( *)\^/.exec(text);
  const prefix = `LINE ${line[1] ?? ""}: `.length;
  const column = caret === null ? 1 : Math.max(1, (caret[1] ?? "").length - prefix + 1);
  return codeFrame(statement, { file: "", line: Number(line[1]), column });
}

/** A problem of the disk, whichever statement met it. */
export function diskDiagnostic(text: string): Diagnostic | undefined {
  if (/no space left|out of disk|disk full/i.test(text)) {
    return {
      code: "DISK_FULL",
      message: "The disk is full.",
      cause: text,
      hint: "Free some space and run the same command again: nothing was published.",
    };
  }
  if (/read-only file ?system|permission denied/i.test(text)) {
    return {
      code: "DISK_READ_ONLY",
      message: "A file or folder cannot be written.",
      cause: text,
      hint: "Give this user the right to write there, or choose another folder in pipelines.yaml.",
    };
  }
  return undefined;
}
