import type {
  DescribeStatementResponse,
  ExecuteStatementOutput,
  SessionData,
  StatementData,
  SubStatementData,
} from "@aws-sdk/client-redshift-data";
import type { Session } from "./sessions.ts";
import type { Part, Statement } from "./statements.ts";

// Dates stay dates here; the protocol writes them as seconds.

/** The answer to a request. What the statement came to is told only to a caller that waited for it. */
export function submissionAnswer(statement: Statement, hasWaited: boolean): ExecuteStatementOutput {
  const { target, sessionId } = statement.init;
  return {
    Id: statement.id,
    CreatedAt: new Date(statement.createdAt),
    ...place(statement),
    DbUser: target.dbUser,
    DbGroups: [],
    SessionId: sessionId,
    ...(hasWaited && {
      Status: statement.status,
      HasResultSet: statement.hasResultSet,
      RedshiftPid: statement.processId,
    }),
  };
}

export function describe(statement: Statement): DescribeStatementResponse {
  const { request, executionMode, target, sessionId } = statement.init;
  const [first] = statement.parts;
  return {
    Id: statement.id,
    ...place(statement),
    DbUser: target.dbUser,
    Status: statement.status,
    Error: statement.error,
    CreatedAt: new Date(statement.createdAt),
    UpdatedAt: new Date(statement.updatedAt),
    Duration: statement.hasEnded ? totalNanoseconds(statement.parts) : -1,
    HasResultSet: statement.hasResultSet,
    RedshiftPid: statement.processId ?? 0,
    ResultFormat: request.ResultFormat ?? "JSON",
    QueryParameters: request.Parameters,
    SessionId: sessionId,
    ...(executionMode === undefined && first !== undefined
      ? { QueryString: first.sql, ...counts(first) }
      : {
          ExecutionMode: executionMode,
          ResultRows: -1,
          ResultSize: -1,
          RedshiftQueryId: 0,
          SubStatements: statement.parts.map(describePart),
        }),
  };
}

/** What the id of a sub-statement describes. */
export function describeSubStatement(statement: Statement, part: Part): DescribeStatementResponse {
  const batch = describe(statement);
  return { ...batch, SubStatements: undefined, ExecutionMode: undefined, ...describePart(part) };
}

function totalNanoseconds(parts: readonly Part[]): number {
  return parts.reduce((sum, { nanoseconds }) => sum + Math.max(nanoseconds, 0), 0);
}

function describePart(part: Part): SubStatementData {
  return {
    Id: part.id,
    QueryString: part.sql,
    Status: part.status,
    Error: part.error,
    CreatedAt: new Date(part.createdAt),
    UpdatedAt: new Date(part.updatedAt),
    Duration: part.nanoseconds,
    HasResultSet: part.result?.hasResultSet ?? false,
    ...counts(part),
  };
}

function counts(part: Part) {
  return {
    ResultRows: part.result?.rowCount ?? -1,
    ResultSize: part.resultBytes ?? -1,
    RedshiftQueryId: part.queryId ?? -1,
  };
}

function place(statement: Statement) {
  const { target } = statement.init;
  return {
    Database: target.database,
    SecretArn: target.secretArn,
    ClusterIdentifier: target.cluster,
    WorkgroupName: target.workgroup,
  };
}

export function listed(statement: Statement): StatementData {
  const { request, target, sqls, sessionId } = statement.init;
  return {
    Id: statement.id,
    ...(statement.isBatch ? { QueryStrings: [...sqls] } : { QueryString: sqls[0] }),
    SecretArn: target.secretArn,
    Status: statement.status,
    StatementName: request.StatementName,
    CreatedAt: new Date(statement.createdAt),
    UpdatedAt: new Date(statement.updatedAt),
    QueryParameters: request.Parameters,
    IsBatchStatement: statement.isBatch,
    ResultFormat: request.ResultFormat ?? "JSON",
    SessionId: sessionId,
  };
}

export function describeSession(session: Session): SessionData {
  return {
    SessionId: session.id,
    Status: session.status,
    CreatedAt: new Date(session.createdAt),
    UpdatedAt: new Date(session.updatedAt),
    Database: session.target.database,
    DbUser: session.target.dbUser,
    ClusterIdentifier: session.target.cluster,
    WorkgroupName: session.target.workgroup,
    SessionAliveSeconds: session.keepAliveSeconds,
    SessionTtl: new Date(session.expiresAt),
    CurrentStatementId: session.statementId,
  };
}
