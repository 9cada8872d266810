import { Failure } from "../../core/diagnostic.ts";
import type { SourceTable } from "../../core/source-table.ts";
import { asExtractFailure, extractFailure, shorten } from "../extract-failure.ts";
import { TableReadGivenUp } from "./dynamodb-reader.ts";
import type { ReadProblem } from "./read-retry.ts";

const hints: Readonly<Record<ReadProblem, string>> = {
  throttled:
    "Give the connection a `read_capacity` that the table can spare, raise the table's capacity, or read an export of it (`connector: dynamodb_export`).",
  denied:
    "Give these credentials the right to describe, scan, query and batch-get the table and its indexes.",
  refused: "Correct the source's YAML by what DynamoDB says.",
  unanswered: "Nothing was published: see that DynamoDB can be reached, and run it again.",
};

/** The failure of a table for an error of reading its items. */
export function asReadFailure(table: SourceTable, error: unknown): Failure {
  if (!(error instanceof TableReadGivenUp)) return asExtractFailure(table, error);
  const { attempts, problem } = error.read;
  const tries = attempts === 1 ? "" : ` after ${attempts} attempts`;
  const what = problem === "throttled" ? "is throttled" : "failed";
  return extractFailure(table, {
    message: `the ${error.action} of DynamoDB's table ${error.table} ${what}${tries}.`,
    cause: shorten(error.message, 500),
    hint: hints[problem],
  });
}
