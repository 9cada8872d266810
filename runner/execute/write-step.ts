import { Failure } from "../core/diagnostic.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import type { WriteStep } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { assertGuard } from "./guard.ts";
import { compareWithContract } from "./model-contract.ts";

/** Writes a candidate after checking its columns; returns the rows written, undefined for a view. */
export async function runWriteStep(
  step: WriteStep,
  context: ExecutionContext,
  findings: Findings,
): Promise<number | undefined> {
  const { engine, dialect } = context;
  if (step.query !== undefined) {
    const described = await engine.describe(step.query);
    const mismatch = compareWithContract(step.relation, step.contract, described, dialect);
    if (mismatch !== undefined) throw new Failure([mismatch], 1);
  }
  for (const statement of step.write) {
    await executeNamed(statement, step, context);
    for (const guard of step.guards ?? []) {
      if (guard.after === statement) await assertGuard(guard, engine);
    }
    context.killPoint("after-write-statement");
  }
  if (step.counted === undefined) return undefined;
  const watermark = `cast(${step.watermark ?? "null"} as varchar)`;
  const { rows } = await engine.query(
    `select count(*) as row_count, ${watermark} as watermark from ${step.counted}`,
  );
  const [row] = rows;
  if (typeof row?.watermark === "string") findings.watermarks.set(step.relation, row.watermark);
  const count = Number(row?.row_count ?? 0);
  findings.rows.set(step.relation, count);
  if (step.emptyChangesNothing === true && count === 0) findings.unchanged.add(step.relation);
  return count;
}

/** Runs a statement; where it builds one interval of many, its failure says which. */
async function executeNamed(
  statement: string,
  { relation, intervals = [] }: WriteStep,
  { engine }: ExecutionContext,
): Promise<void> {
  try {
    await engine.execute(statement);
  } catch (error) {
    const interval = intervals.find((each) => each.statement === statement);
    const first = error instanceof StatementFailure ? error.diagnostics[0] : undefined;
    if (interval === undefined || first === undefined) throw error;
    const message = `${relation} cannot be built for ${interval.name}: ${first.message}`;
    const { position } = error as StatementFailure;
    throw new StatementFailure({ ...first, message }, statement, position);
  }
}
