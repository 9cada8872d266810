import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";
import { Failure } from "../../core/diagnostic.ts";
import { codeFrame } from "../../core/frame.ts";
import { StatementFailure } from "../../core/statement-failure.ts";
import type { StatementPosition } from "../../core/statement-failure.ts";
import { placeAt, positionAt, readErrorText } from "./error-text.ts";
import type { RedshiftError } from "./error-text.ts";
import { offsetOfNamed } from "./named-in-error.ts";
import { stateOf } from "./service-failure.ts";

/** What Redshift said of a statement, or of the one of a batch that failed, in its own words. */
export function errorTextOf(described: DescribeStatementResponse): string {
  const failed = described.SubStatements?.find(({ Status: status }) => status === "FAILED");
  return failed?.Error ?? described.Error ?? "";
}

/** The number of the statement of a batch that failed; 0 for one by itself. */
function failedIndex({ SubStatements: parts = [] }: DescribeStatementResponse): number {
  return Math.max(
    0,
    parts.findIndex(({ Status: status }) => status === "FAILED"),
  );
}

/** Where an error inside a stored procedure came from: a statement as its caller gave it. */
export type FindStatement = (procedure: {
  readonly name: string;
  readonly line: number;
}) => string | undefined;

/** The failure of a statement that did not end well, in the terms of the texts that were submitted. */
export function failureOf(
  described: DescribeStatementResponse,
  statements: readonly string[],
  context: { readonly warehouse: string; readonly find?: FindStatement },
): Failure {
  const error = readErrorText(errorTextOf(described));
  const submitted = statements[failedIndex(described)] ?? statements[0] ?? "";
  const found = error.procedure === undefined ? undefined : context.find?.(error.procedure);
  const statement = found ?? submitted;
  if (described.Status === "ABORTED") {
    return new StatementFailure(
      {
        code: "SQL_FAILED",
        message: "Interrupted: the statement was cancelled.",
        cause: error.message === "" ? described.Id : `${described.Id ?? ""}: ${error.message}`,
        hint: "If nobody did so here: an administrator did, a query monitoring rule, or Redshift's limit of 24 hours.",
      },
      statement,
      undefined,
    );
  }
  const ofWarehouse = /^(?:FATAL|Connection)\b/i.test(error.message)
    ? stateOf(error.message, context.warehouse)
    : undefined;
  if (ofWarehouse !== undefined) return new Failure([{ ...ofWarehouse, cause: error.message }]);
  return tooLarge(error, statement) ?? sqlFailure(error, statement, found === undefined);
}

function sqlFailure(error: RedshiftError, statement: string, isAsSubmitted: boolean): Failure {
  const position =
    error.character === undefined || !isAsSubmitted
      ? placeOfNamed(error.message, statement)
      : positionAt(statement, error.character);
  const frame = position && codeFrame(statement, { file: "", ...position });
  const message = error.message === "" ? "Redshift refused the statement." : error.message;
  return new StatementFailure(
    { code: "SQL_FAILED", message, cause: error.cause, frame },
    statement,
    position,
  );
}

function placeOfNamed(message: string, statement: string): StatementPosition | undefined {
  const offset = offsetOfNamed(message, statement);
  return offset === undefined ? undefined : placeAt(statement.slice(0, offset));
}

function tooLarge({ message }: RedshiftError, statement: string): Failure | undefined {
  const isRow = /packet for query is too large/i.test(message);
  if (!isRow && !/response exceeded (?:the )?size limit|result.*exceeds/i.test(message)) {
    return undefined;
  }
  return new StatementFailure(
    {
      code: "RESULT_TOO_LARGE",
      message: isRow
        ? "A row of the result has more than the 64 kB that Redshift's Data API returns."
        : "The result has more than the 500 MB that Redshift's Data API returns.",
      cause: message,
      hint: isRow
        ? "Select fewer columns, or cut long texts: left(column, 1000)"
        : "Aggregate or filter in the query, or add a limit; whole relations are in the lake.",
    },
    statement,
    undefined,
  );
}
