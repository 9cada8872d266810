import { counted } from "../core/counted.ts";
import { describeAssertion, describeOther } from "../core/describe-assertion.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { StepStatus } from "../core/event.ts";
import type { DataTest } from "../core/data-test.ts";
import type { Engine, ResultSet } from "../core/ports.ts";
import { runIdColumn } from "../core/technical-columns.ts";
import type { TestStep } from "../plan/step.ts";
import { describeBrokenConstraints } from "./contract-test.ts";
import type { ExecutionContext, Findings } from "./context.ts";
import { showFailingRows } from "./failing-rows.ts";
import { judge } from "./judge.ts";
import { unequalSourceTotals } from "./source-totals.ts";

/** Rows that a diagnostic quotes. */
const quotedRows = 3;

export interface TestResult {
  readonly status: Exclude<StepStatus, "skipped">;
  readonly failures: number;
  readonly diagnostic?: Diagnostic;
}

type TestContext = Pick<ExecutionContext, "engine" | "run" | "emit">;

/** Runs a data test, keeps the rows that break it where that is wanted, and quotes the first of them. */
export async function runTestStep(
  step: TestStep,
  context: TestContext,
  findings: Findings,
): Promise<TestResult> {
  const { engine, run, emit } = context;
  const { test, failuresTable, storesFailures, shownRows } = step;
  const query =
    step.totals === undefined ? step.query : await unequalSourceTotals(step, context, findings);
  const failures = await countFailures(test, query, engine);
  // Each constraint of a contract has its row, and all of them are told.
  const wanted = isContract(test) ? Infinity : Math.max(quotedRows, shownRows ?? 0);
  const sample = await firstRows(query, failures, wanted, context);
  const status = judge(test, failures, sample.rows[0]);
  const isKept = status !== "ok" && failures > 0 && storesFailures;
  if (isKept) await findings.storedFailures.store(engine, failuresTable, { query, runId: run.id });
  else await findings.storedFailures.remove(engine, failuresTable);
  if (status === "ok") return { status, failures };

  const table = isKept ? failuresTable : undefined;
  if (shownRows !== undefined) {
    const rows = sample.rows.slice(0, shownRows);
    const { columns } = sample;
    await emit({ type: "failing_rows", test: test.name, columns, rows, total: failures, table });
  }
  const quoted = isContract(test) ? sample : { ...sample, rows: sample.rows.slice(0, quotedRows) };
  return { status, failures, diagnostic: explain(step, failures, quoted, isKept) };
}

/** The rows of a contract's query are counts themselves, so that one scan is enough for all of its constraints. */
async function countFailures(test: DataTest, query: string, engine: Engine): Promise<number> {
  const { rows } = isContract(test)
    ? await engine.query(
        `select coalesce(sum(row_count), 0) as failures from (\n${query}\n) as failing`,
      )
    : await engine.query(`select count(*) as failures from (\n${query}\n) as failing`);
  return Number(rows[0]?.failures ?? 0);
}

function isContract(test: DataTest): boolean {
  return test.form === "generic" && test.assertion.type === "contract";
}

async function firstRows(
  query: string,
  failures: number,
  limit: number,
  { engine }: TestContext,
): Promise<ResultSet> {
  if (failures === 0) return { columns: [], rows: [] };
  const { columns, rows } = await engine.query(
    `select * from (\n${query}\n) as failing${limit === Infinity ? "" : ` limit ${limit}`}`,
  );
  // A table that grows has it before it is published; it is none of the project's columns.
  return {
    columns: columns.filter(({ name }) => name !== runIdColumn),
    rows: rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => name !== runIdColumn)),
    ),
  };
}

function explain(step: TestStep, failures: number, sample: ResultSet, isKept: boolean): Diagnostic {
  const { test } = step;
  if (isContract(test)) return explainContract(step, sample);
  // At the limit, nobody has counted further.
  const least = test.limit === failures ? "at least " : "";
  return {
    code: "DATA_TEST_FAILED",
    message: `${test.name}: ${least}${summarize(test, failures)}`,
    place: test.place,
    cause: test.description || undefined,
    frame: showFailingRows(test, sample),
    hint: failures > sample.rows.length || isKept ? wayToMore(step, isKept) : undefined,
  };
}

function summarize(test: DataTest, failures: number): string {
  const verb = failures === 1 ? "breaks" : "break";
  if (test.form === "singular") return `${counted(failures, "row")} ${verb} this test.`;
  const { assertion, relation } = test;
  switch (assertion.type) {
    case "freshness":
      return `${relation} is too old.`;
    case "equal_totals":
      return `${counted(failures, "total")} of ${relation} ${failures === 1 ? "is" : "are"} not as in ${describeOther(assertion.with)}.`;
    default:
      return `${counted(failures, "row")} of ${relation} ${verb} this test: ${describeAssertion(assertion)}.`;
  }
}

function explainContract({ test }: TestStep, { rows }: ResultSet): Diagnostic {
  return {
    code: "DATA_TEST_FAILED",
    message: describeBrokenConstraints(test.name, rows),
    place: test.place,
    hint: "No engine keeps these out of a table made from a query: mend the model, or what its YAML declares.",
  };
}

/** The command that shows all of the rows. What a build wrote and did not publish is gone, unless its rows were kept. */
function wayToMore({ test, guards, shownRows }: TestStep, isKept: boolean): string | undefined {
  if (isKept) return `All of them: runner failures ${test.name}`;
  if (shownRows !== undefined) return undefined;
  return guards.length > 0
    ? `Keep them with --store-failures, and see them: runner failures ${test.name}`
    : `See more: runner test --select ${test.name} --show-failures`;
}
