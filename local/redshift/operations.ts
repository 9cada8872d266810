import { invalid } from "./data-api-error.ts";
import { describe, describeSubStatement } from "./descriptions.ts";
import { listSessions, listStatements } from "./list-operations.ts";
import type { Operation } from "./operation.ts";
import { CancelStatementRequest, DescribeStatementRequest, readRequest } from "./requests.ts";
import { getStatementResult, getStatementResultV2 } from "./result-operations.ts";
import { batchExecuteStatement, executeStatement } from "./submit.ts";
import { waitForEnd } from "./wait-for-end.ts";

const describeStatement: Operation = async (body, { history, limits }) => {
  const request = readRequest(DescribeStatementRequest, body);
  const { statement, part } = history.find(request.Id);
  await waitForEnd(statement, request.WaitTimeSeconds, limits);
  return part === undefined || !statement.isBatch
    ? describe(statement)
    : describeSubStatement(statement, part);
};

const cancelStatement: Operation = (body, { history }) => {
  const request = readRequest(CancelStatementRequest, body);
  const { statement } = history.find(request.Id);
  if (statement.hasEnded) {
    throw invalid(
      `Could not cancel a query that is already in ${statement.status} state with ID: ${statement.id}`,
    );
  }
  statement.cancelling.abort(new Error("Cancelled."));
  return { Status: true };
};

/** What the server answers, by the name in X-Amz-Target. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ["ExecuteStatement", executeStatement],
  ["BatchExecuteStatement", batchExecuteStatement],
  ["DescribeStatement", describeStatement],
  ["GetStatementResult", getStatementResult],
  ["GetStatementResultV2", getStatementResultV2],
  ["CancelStatement", cancelStatement],
  ["ListStatements", listStatements],
  ["ListSessions", listSessions],
]);
