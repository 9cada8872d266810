import { z } from "zod";
import { invalid } from "./data-api-error.ts";

// The members and constraints of the API reference. Unknown members are ignored, as AWS does.
const statementId = z.string().regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?$/);
const sessionId = z.string().regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}$/);
const nextToken = z.string();
const waitTimeSeconds = z.int().min(1).max(30);

const warehouse = {
  ClusterIdentifier: z.string().min(1).max(63).optional(),
  WorkgroupName: z.string().min(3).max(2048).optional(),
  Database: z.string().min(1).optional(),
  DbUser: z.string().min(1).optional(),
  SecretArn: z.string().min(1).optional(),
};

const submission = {
  ...warehouse,
  ClientToken: z.string().min(1).max(64).optional(),
  StatementName: z.string().max(500).optional(),
  WithEvent: z.boolean().optional(),
  ResultFormat: z.enum(["CSV", "JSON"]).optional(),
  SessionId: sessionId.optional(),
  SessionKeepAliveSeconds: z.int().min(0).max(86_400).optional(),
  WaitTimeSeconds: waitTimeSeconds.optional(),
  Parameters: z
    .array(z.object({ name: z.string().regex(/^[0-9a-zA-Z_]+$/), value: z.string() }))
    .min(1)
    .optional(),
};

const page = { NextToken: nextToken.optional(), MaxResults: z.int().min(0).max(100).optional() };
const where = {
  ClusterIdentifier: warehouse.ClusterIdentifier,
  WorkgroupName: warehouse.WorkgroupName,
  Database: warehouse.Database,
  RoleLevel: z.boolean().optional(),
};
const STATEMENT_STATUS = [
  "SUBMITTED",
  "PICKED",
  "STARTED",
  "FINISHED",
  "FAILED",
  "ABORTED",
] as const;

export const ExecuteStatementRequest = z.object({ ...submission, Sql: z.string() });
export const BatchExecuteStatementRequest = z.object({
  ...submission,
  Sqls: z.array(z.string()).min(1),
  ExecutionMode: z.enum(["TRANSACTION", "AUTO_COMMIT"]).optional(),
});
export const DescribeStatementRequest = z.object({
  Id: statementId,
  WaitTimeSeconds: waitTimeSeconds.optional(),
});
export const GetStatementResultRequest = z.object({
  Id: statementId,
  NextToken: nextToken.optional(),
  WaitTimeSeconds: waitTimeSeconds.optional(),
});
export const CancelStatementRequest = z.object({ Id: statementId });
export const ListStatementsRequest = z.object({
  ...page,
  ...where,
  StatementName: z.string().max(500).optional(),
  Status: z.enum([...STATEMENT_STATUS, "ALL"]).optional(),
});
export const ListSessionsRequest = z.object({
  ...page,
  ...where,
  SessionId: sessionId.optional(),
  Status: z.enum(["AVAILABLE", "BUSY", "CLOSED"]).optional(),
});

export type ExecuteStatementRequest = z.infer<typeof ExecuteStatementRequest>;
export type BatchExecuteStatementRequest = z.infer<typeof BatchExecuteStatementRequest>;
/** What both ways to submit have in common. */
export type Submission = Omit<ExecuteStatementRequest, "Sql">;
export type GetStatementResultRequest = z.infer<typeof GetStatementResultRequest>;
export type ListStatementsRequest = z.infer<typeof ListStatementsRequest>;
export type ListSessionsRequest = z.infer<typeof ListSessionsRequest>;

/** The request with its constraints checked; throws ValidationException in the words of AWS. */
export function readRequest<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body, { reportInput: true });
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => {
    const name = issue.path.map(String).join(".");
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    const { input } = issue;
    const text = typeof input === "string" ? input : JSON.stringify(input);
    const value = input === undefined ? "null" : `'${text}'`;
    return `Value ${value} at '${member}' failed to satisfy constraint: ${constraint(issue)}`;
  });
  const count = faults.length;
  throw invalid(
    `${count} validation error${count === 1 ? "" : "s"} detected: ${faults.join("; ")}`,
  );
}

function constraint(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined) return "Member must not be null";
  switch (issue.code) {
    case "too_big":
      return `Member must have ${measure(issue.origin)} less than or equal to ${issue.maximum.toString()}`;
    case "too_small":
      return `Member must have ${measure(issue.origin)} greater than or equal to ${issue.minimum.toString()}`;
    case "invalid_format":
      return `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`;
    case "invalid_value":
      return `Member must satisfy enum value set: [${issue.values.map(String).join(", ")}]`;
    default:
      return issue.message;
  }
}

function measure(origin: string): string {
  return origin === "string" || origin === "array" ? "length" : "value";
}
