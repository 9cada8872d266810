import { Failure } from "../core/diagnostic.ts";
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
    await engine.execute(statement);
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
