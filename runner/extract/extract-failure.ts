import { messageOf } from "../core/caught.ts";
import { Failure, type Diagnostic } from "../core/diagnostic.ts";
import type { SourceTable } from "../core/source-table.ts";

const shownLength = 80;

/** The beginning of a value, on one line, for a message. */
export function shorten(text: string, length = shownLength): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= length ? line : `${line.slice(0, length)}…`;
}

/** A table's extraction failed while it ran; none of its rows were committed. */
export function extractFailure(
  table: SourceTable,
  what: Pick<Diagnostic, "message" | "cause" | "hint">,
): Failure {
  return new Failure(
    [
      {
        code: "EXTRACT_FAILED",
        ...what,
        message: `${table.source}.${table.table}: ${what.message}`,
        place: table.place,
      },
    ],
    1,
  );
}

/** The failure of a table for an error that nobody foresaw, as its cause. */
export function asExtractFailure(table: SourceTable, error: unknown): Failure {
  if (error instanceof Failure) return error;
  return extractFailure(table, {
    message: "The extraction failed.",
    cause: shorten(messageOf(error), 500),
    hint: "Nothing was published: mend the cause and run it again.",
  });
}

/** A table's YAML asks for what the source, or this connector, does not have. */
export function contractFailure(
  table: SourceTable,
  what: Pick<Diagnostic, "message" | "cause" | "hint">,
): Failure {
  return new Failure([
    {
      code: "SOURCE_CONTRACT",
      ...what,
      message: `${table.source}.${table.table}: ${what.message}`,
      place: table.place,
    },
  ]);
}

/** All that went wrong, as one failure; what two tables have in common is said once. */
export function joinFailures(failures: readonly Failure[]): Failure {
  const byText = new Map<string, Diagnostic>();
  for (const diagnostic of failures.flatMap((failure) => failure.diagnostics)) {
    byText.set(`${diagnostic.code} ${diagnostic.message}`, diagnostic);
  }
  const exitCode = failures.some((failure) => failure.exitCode === 2) ? 2 : 1;
  return new Failure([...byText.values()], exitCode);
}
