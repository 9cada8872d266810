import { DataApiError, invalid } from "./data-api-error.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { GetStatementResultRequest, readRequest } from "./requests.ts";
import { columnMetadata, csvOf, rowJson } from "./result-fields.ts";
import { pageOf, type ResultPage } from "./result-pages.ts";
import type { StatementResult } from "./sql/execute-statement.ts";
import { waitForEnd } from "./wait-for-end.ts";

export const getStatementResult: Operation = async (body, context) => {
  const { result, page } = await readPage(body, "JSON", context);
  const records = page.rows.map((row) => rowJson(row, result.columns)).join(",");
  const rest = JSON.stringify({
    ColumnMetadata: result.columns.map(columnMetadata),
    TotalNumRows: result.rows.length,
    NextToken: page.nextToken,
  });
  return { json: `{"Records":[${records}],${rest.slice(1)}` };
};

export const getStatementResultV2: Operation = async (body, context) => {
  const { result, page } = await readPage(body, "CSV", context);
  return {
    Records: [{ CSVRecords: csvOf(page.rows, page.isFirst ? result.columns : undefined) }],
    ColumnMetadata: result.columns.map(columnMetadata),
    TotalNumRows: result.rows.length,
    ResultFormat: "CSV",
    NextToken: page.nextToken,
  };
};

async function readPage(
  body: unknown,
  format: "JSON" | "CSV",
  context: OperationContext,
): Promise<{ result: StatementResult; page: ResultPage }> {
  const request = readRequest(GetStatementResultRequest, body);
  const { statement, part } = context.history.find(request.Id);
  await waitForEnd(statement, request.WaitTimeSeconds, context.limits);
  // The id of a batch itself has no rows: each sub-statement has its own.
  const chosen = part ?? (statement.isBatch ? undefined : statement.parts[0]);
  if (statement.status !== "FINISHED" || chosen?.result?.hasResultSet !== true) {
    throw new DataApiError(
      "ResourceNotFoundException",
      "Query does not have result. Please check query status with DescribeStatement.",
      { ResourceId: request.Id },
    );
  }
  const { ResultFormat: made = "JSON" } = statement.init.request;
  if (made !== format) {
    const operation = made === "CSV" ? "GetStatementResultV2" : "GetStatementResult";
    throw invalid(`The result is in the format ${made}; use ${operation}.`);
  }
  const page = pageOf(chosen.result, request, context.limits.pageBytes);
  return { result: chosen.result, page };
}
