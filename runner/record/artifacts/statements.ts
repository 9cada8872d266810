import { noLoad, withCost } from "../../core/engine-load.ts";
import type { EngineLoad, SubmissionCost } from "../../core/engine-load.ts";
import { roundMilliseconds } from "../round-milliseconds.ts";
import type { StatementResults, StatementTotals } from "./schemas.ts";

export function statementTotals(load: EngineLoad): StatementTotals {
  return {
    count: load.statements,
    rows: load.rows,
    bytes: load.bytes,
    queue_milliseconds: roundMilliseconds(load.queueMilliseconds),
    execution_milliseconds: roundMilliseconds(load.executionMilliseconds),
  };
}

/** Undefined where an engine told nothing. */
export function statementResults(
  submissions: readonly SubmissionCost[] | undefined,
): StatementResults | undefined {
  return (
    submissions && {
      ...statementTotals(submissions.reduce(withCost, noLoad)),
      submissions: submissions.map(submissionResult),
    }
  );
}

function submissionResult(cost: SubmissionCost) {
  const { id, status, rows } = cost;
  return { id, status, ...statementTotals(withCost(noLoad, cost)), rows };
}
