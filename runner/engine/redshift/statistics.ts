import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";

/** What one submission cost; a transaction of one batch is one. */
export interface StatementStatistics {
  /** By which the Data API, and SYS_QUERY_HISTORY's user, know it. */
  readonly id: string;
  readonly name: string;
  readonly statements: readonly string[];
  readonly status: "FINISHED" | "FAILED" | "ABORTED";
  /** Returned or affected, of all statements; undefined where Redshift tells none. */
  readonly rows: number | undefined;
  /** Of the results. */
  readonly bytes: number;
  /** From the submission's arrival until Redshift worked on it, with what its end took to be noted. */
  readonly queueMilliseconds: number;
  readonly runMilliseconds: number;
}

export function statisticsOf(
  described: DescribeStatementResponse,
  submission: { readonly name: string; readonly statements: readonly string[] },
): StatementStatistics {
  const { Id = "", Status, Duration = 0, CreatedAt, UpdatedAt, SubStatements } = described;
  const parts =
    SubStatements === undefined || SubStatements.length === 0 ? [described] : SubStatements;
  const told = parts.flatMap(({ ResultRows }) =>
    ResultRows === undefined || ResultRows < 0 ? [] : [ResultRows],
  );
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const run = Math.max(0, Duration) / 1e6;
  const whole = (UpdatedAt?.getTime() ?? 0) - (CreatedAt?.getTime() ?? 0);
  return {
    id: Id,
    name: submission.name,
    statements: submission.statements,
    status: Status === "FINISHED" || Status === "ABORTED" ? Status : "FAILED",
    rows: told.length === 0 ? undefined : sum(told),
    bytes: sum(parts.map(({ ResultSize = 0 }) => Math.max(0, ResultSize))),
    queueMilliseconds: Math.max(0, whole - run),
    runMilliseconds: run,
  };
}
