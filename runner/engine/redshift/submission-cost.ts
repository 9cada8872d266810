import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";
import type { SubmissionCost } from "../../core/engine-load.ts";

/**
 * What a submission that is over cost, by Redshift's last word on it. What its end took to be noted counts as time in
 * the queue, since Redshift tells the work's length and not its beginning.
 */
export function costOf(
  { Id = "", Status, Duration = 0, CreatedAt, UpdatedAt, ...described }: DescribeStatementResponse,
  statements: number,
): SubmissionCost {
  const { SubStatements = [] } = described;
  const parts = SubStatements.length === 0 ? [described] : SubStatements;
  // What it does not count, it tells as -1.
  const rows = parts.flatMap(({ ResultRows = -1 }) => (ResultRows < 0 ? [] : [ResultRows]));
  const execution = Math.max(0, Duration) / 1e6;
  const whole = (UpdatedAt?.getTime() ?? 0) - (CreatedAt?.getTime() ?? 0);
  return {
    id: Id,
    status: Status === "FINISHED" ? "finished" : Status === "ABORTED" ? "cancelled" : "failed",
    statements,
    ...(rows.length === 0 ? {} : { rows: sum(rows) }),
    bytes: sum(parts.map(({ ResultSize = 0 }) => Math.max(0, ResultSize))),
    queueMilliseconds: Math.max(0, whole - execution),
    executionMilliseconds: execution,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
