import type { Diagnostic } from "../core/diagnostic.ts";
import type { Engine, Row } from "../core/ports.ts";
import type { TestStep } from "../plan/step.ts";
import { describeBrokenConstraints } from "./contract-test.ts";

const shownRows = 3;

export interface TestResult {
  readonly failures: number;
  readonly diagnostic?: Diagnostic;
}

/** Runs a data test and quotes the first of the rows that break it. */
export async function runTestStep(step: TestStep, engine: Engine): Promise<TestResult> {
  const { test } = step;
  if (test.form === "generic" && test.assertion.type === "contract") {
    return runContractTest(step, engine);
  }
  const counted = await engine.query(
    `select count(*) as failures from (\n${step.query}\n) as failing`,
  );
  const failures = Number(counted.rows[0]?.failures ?? 0);
  if (failures === 0) return { failures };
  const sample = await engine.query(
    `select * from (\n${step.query}\n) as failing limit ${shownRows}`,
  );
  return {
    failures,
    diagnostic: {
      code: "DATA_TEST_FAILED",
      message: `${step.test.name}: ${failures} ${failures === 1 ? "row breaks" : "rows break"} this test.`,
      place: step.test.place,
      cause: step.test.description || undefined,
      frame: sample.rows.map(describeRow).join("\n"),
    },
  };
}

/** The rows of a contract's query are counts, so that one scan is enough. */
async function runContractTest({ test, query }: TestStep, engine: Engine): Promise<TestResult> {
  const { rows } = await engine.query(query);
  if (rows.length === 0) return { failures: 0 };
  return {
    failures: rows.reduce((sum, row) => sum + Number(row.row_count), 0),
    diagnostic: {
      code: "DATA_TEST_FAILED",
      message: describeBrokenConstraints(test.name, rows),
      place: test.place,
      hint: "No engine keeps these out of a table made from a query: mend the model, or what its YAML declares.",
    },
  };
}

function describeRow(row: Row): string {
  return Object.entries(row)
    .map(([column, value]) => `${column}=${value === null ? "null" : String(value)}`)
    .join("  ");
}
