import { Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ControlTotals } from "../core/manifest.ts";
import type { ExtractedTable, Row } from "../core/ports.ts";
import { differenceOf, sumOf } from "../core/scaled-decimal.ts";
import { quoteText } from "../core/sql-text.ts";
import type { SourceTotals, TableExtraction, TestStep } from "../plan/step.ts";
import type { ExecutionContext, Findings } from "./context.ts";

interface Total {
  readonly label: string;
  readonly here: string;
  readonly there: string;
  /** Undefined when the totals cannot be told apart because one of them is no decimal. */
  readonly difference?: string;
}

/**
 * A query for the totals of a relation that are not those that a source gave, in the columns that the comparison of
 * two relations has. Totals that a source did not give are a failure: a test that cannot run has not passed.
 */
export async function unequalSourceTotals(
  step: TestStep,
  { engine }: Pick<ExecutionContext, "engine">,
  findings: Pick<Findings, "extracted">,
): Promise<string> {
  const { totals, test } = step;
  if (totals === undefined || test.form !== "generic" || test.assertion.type !== "equal_totals") {
    throw new Error(`${step.id} is not compared with a source`);
  }
  const { of, countsRows } = test.assertion;
  const { rows: sourceRows, sumOf: sourceSum } =
    totals.of === "table"
      ? wholeTable(totals, step, findings)
      : allExtracts(totals, step, findings);
  const { rows } = await engine.query(step.query);
  const here = rows[0] ?? {};
  const compared = [
    ...(countsRows ? [total("count of rows", here.row_count, String(sourceRows))] : []),
    ...of.map((pair, index) =>
      total(
        pair.here === pair.there ? `sum(${pair.here})` : `sum(${pair.here}) and sum(${pair.there})`,
        here[`total_${index + 1}`],
        sourceSum(pair.there),
      ),
    ),
  ];
  const unequal = compared.filter(({ difference = "?" }) => !/^-?0(\.0*)?$/.test(difference));
  if (unequal.length === 0) return "select 1 as total where 1 = 0";
  return unequal.map(asQuery).join("\nunion all\n");
}

function total(label: string, here: Row[string] | undefined, there: string): Total {
  const value = String(here ?? 0);
  return { label, here: value, there, difference: differenceOf(value, there) };
}

interface KnownTotals {
  readonly rows: number;
  readonly sumOf: (column: string) => string;
}

/** The totals of a table's source as a whole, in the snapshot that its rows were read from last. */
export function tableTotals(
  { since }: Pick<TableExtraction, "since">,
  { totals, tableTotals: whole }: Pick<ExtractedTable, "totals" | "tableTotals">,
): ControlTotals | undefined {
  return whole ?? (since === undefined ? totals : undefined);
}

function wholeTable(
  { relation, table, extractedNow }: SourceTotals,
  step: TestStep,
  { extracted }: Pick<Findings, "extracted">,
): KnownTotals {
  const result = extracted.get(relation);
  const isNew = extractedNow !== undefined && result !== undefined;
  const known = isNew ? tableTotals(extractedNow, result) : table;
  if (known === undefined) {
    throw untold(step, {
      message: `the whole of ${relation} was not added up in its source.`,
      cause: "It is taken when a table is extracted in full, or declares totals_of: table.",
      hint: `Extract it so: runner extract --select ${relation} --full-refresh`,
    });
  }
  return {
    rows: known.rows,
    sumOf: (column) => {
      const sum = known.sums[column];
      if (sum === undefined) throw noSum(step, column);
      return sum;
    },
  };
}

/** The totals of all extractions: a row counts as often as it was extracted. */
function allExtracts(
  { relation, files: kept, extractedNow }: SourceTotals,
  step: TestStep,
  { extracted }: Pick<Findings, "extracted">,
): KnownTotals {
  const added = extractedNow === undefined ? undefined : extracted.get(relation)?.files;
  const files = [...kept, ...(added ?? [])];
  return {
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    sumOf: (column) => {
      const sums = files.map((file) => file.sums?.[column]);
      const known = sums.filter((sum) => sum !== undefined);
      const sum = known.length < sums.length ? undefined : sumOf(known);
      if (sum === undefined) throw noSum(step, column);
      return sum;
    },
  };
}

function noSum(step: TestStep, column: string): Failure {
  const relation = step.totals?.relation ?? "the source";
  return untold(step, {
    message: `the extraction of ${relation} recorded no sum of ${column}.`,
    cause: "Sums are taken of the columns that control_totals names when a table is extracted.",
    hint: `Sum another column, or extract the table again: runner extract --select ${relation} --full-refresh`,
  });
}

/** A test that cannot run has not passed. */
function untold(
  { test }: TestStep,
  { message, ...why }: Pick<Diagnostic, "message" | "cause" | "hint">,
): Failure {
  return new Failure(
    [
      {
        code: "DATA_TEST_FAILED",
        message: `${test.name} cannot be told: ${message}`,
        place: test.place,
        ...why,
      },
    ],
    1,
  );
}

function asQuery({ label, here, there, difference }: Total): string {
  const text = (value: string | undefined, name: string) =>
    `cast(${value === undefined ? "null" : quoteText(value)} as varchar(1000)) as ${name}`;
  return `select ${text(label, "total")}, ${text(here, "here")}, ${text(there, "there")}, ${text(difference, "difference")}`;
}
