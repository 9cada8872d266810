import { invalid } from "./data-api-error.ts";
import { submissionAnswer } from "./descriptions.ts";
import type { Limits } from "./limits.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { checkParameters } from "./parameters.ts";
import {
  BatchExecuteStatementRequest,
  ExecuteStatementRequest,
  readRequest,
  type Submission,
} from "./requests.ts";
import { runStatement } from "./run-statement.ts";
import { Statement, type ExecutionMode } from "./statements.ts";
import { waitForEnd } from "./wait-for-end.ts";
import { refuseTargetWithSession, targetOf } from "./warehouse.ts";

interface Submitted {
  readonly operation: string;
  readonly request: Submission;
  readonly sqls: readonly string[];
  readonly executionMode?: ExecutionMode;
}

export const executeStatement: Operation = (body, context) => {
  const request = readRequest(ExecuteStatementRequest, body);
  return submit({ operation: "ExecuteStatement", request, sqls: [request.Sql] }, context);
};

export const batchExecuteStatement: Operation = (body, context) => {
  const request = readRequest(BatchExecuteStatementRequest, body);
  const { Sqls: sqls, ExecutionMode: executionMode = "TRANSACTION" } = request;
  return submit({ operation: "BatchExecuteStatement", request, sqls, executionMode }, context);
};

async function submit(submitted: Submitted, context: OperationContext) {
  const { operation, request } = submitted;
  checkTexts(submitted, context.limits);
  const before = context.history.submittedBefore(operation, request);
  const statement = before ?? start(submitted, context);
  await waitForEnd(statement, request.WaitTimeSeconds, context.limits);
  return submissionAnswer(statement, request.WaitTimeSeconds !== undefined);
}

/** Everything that may refuse the request comes before the first thing that is kept, with no pause in between. */
function start({ operation, ...submitted }: Submitted, context: OperationContext): Statement {
  const { request } = submitted;
  const { sessions, history } = context;
  const keepAlive = request.SessionKeepAliveSeconds;
  if (request.SessionId !== undefined) refuseTargetWithSession(request);
  const known = request.SessionId === undefined ? undefined : sessions.available(request.SessionId);
  const target = known?.target ?? targetOf(request, context.warehouses, context.identities);
  history.checkRoom();
  const session = known ?? (keepAlive === undefined ? undefined : sessions.open(target, keepAlive));
  const statement = new Statement({
    ...submitted,
    target,
    now: context.now,
    ...(session !== undefined && { sessionId: session.id }),
  });
  history.add(statement, operation);
  if (session !== undefined) {
    session.keepAliveSeconds = keepAlive ?? session.keepAliveSeconds;
    sessions.occupy(session, statement.id);
  }
  void runStatement(statement, session, context);
  return statement;
}

function checkTexts({ sqls, request }: Submitted, limits: Limits): void {
  if (sqls.length > limits.statementsInBatch) {
    throw invalid(
      `1 validation error detected: Value at 'sqls' failed to satisfy constraint: Member must have length less than or equal to ${limits.statementsInBatch}`,
    );
  }
  for (const sql of sqls) {
    if (sql.trim() === "") throw invalid("Sql must not be empty.");
    if (Buffer.byteLength(sql) > limits.statementBytes) {
      throw invalid(`Cannot process query string larger than ${limits.statementBytes / 1000}kB`);
    }
  }
  checkParameters(sqls, request.Parameters ?? []);
}
