import { Failure, type Diagnostic } from "../../core/diagnostic.ts";
import { ReadGivenUp } from "../dynamodb/read-retry.ts";

type What = Pick<Diagnostic, "message" | "cause" | "hint">;

/** There is no export to read. */
export function exportMissing(what: What): Failure {
  return new Failure([{ code: "EXPORT_MISSING", ...what }]);
}

/** A time is in no export, so what changed then would be lost. */
export function exportGap(what: What): Failure {
  return new Failure([{ code: "EXPORT_GAP", ...what }], 1);
}

/** A file of an export is missing, cut or altered; none of its items were committed. */
export function exportCorrupt(
  file: { readonly key: string; readonly location: string },
  what: string,
  cause?: string,
  hint = "Copy the export again as a whole, or make a new one; nothing of it was published.",
): Failure {
  return new Failure(
    [
      {
        code: "EXPORT_CORRUPT",
        message: `The export's file ${file.key} ${what}.`,
        cause: cause ?? `It should stand in ${file.location}.`,
        hint,
      },
    ],
    1,
  );
}

/** The failure for an error of reading exports; others stay as they are. */
export function asExportFailure(error: unknown, location: string): unknown {
  if (!(error instanceof ReadGivenUp)) return error;
  return new Failure([
    {
      code: "SOURCE_UNREACHABLE",
      message: `The exports of DynamoDB in ${location} cannot be read.`,
      cause: error.message,
      hint: "Correct the connection's location, region and endpoint, or give these credentials the right to list and get there.",
    },
  ]);
}
