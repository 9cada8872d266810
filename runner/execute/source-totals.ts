import { Failure } from "../core/diagnostic.ts";
import type { LakeFile } from "../core/manifest.ts";
import type { Row } from "../core/ports.ts";
import { differenceOf, sumOf } from "../core/scaled-decimal.ts";
import { quoteText } from "../core/sql-text.ts";
import type { TestStep } from "../plan/step.ts";
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
  const extracted = totals.isExtractedNow ? findings.extracted.get(totals.relation)?.files : [];
  const files = [...totals.files, ...(extracted ?? [])];
  const { rows } = await engine.query(step.query);
  const here = rows[0] ?? {};
  const rowCount = String(files.reduce((sum, file) => sum + file.rows, 0));
  const compared = [
    ...(countsRows ? [total("count of rows", here.row_count, rowCount)] : []),
    ...of.map((pair, index) =>
      total(
        pair.here === pair.there ? `sum(${pair.here})` : `sum(${pair.here}) and sum(${pair.there})`,
        here[`total_${index + 1}`],
        sourceSum(pair.there, files, step),
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

function sourceSum(column: string, files: readonly LakeFile[], step: TestStep): string {
  const sums = files.map((file) => file.sums?.[column]);
  const known = sums.filter((sum) => sum !== undefined);
  const sum = known.length < sums.length ? undefined : sumOf(known);
  if (sum !== undefined) return sum;
  const relation = step.totals?.relation ?? "the source";
  throw new Failure(
    [
      {
        code: "DATA_TEST_FAILED",
        message: `${step.test.name} cannot be told: the extraction of ${relation} recorded no sum of ${column}.`,
        place: step.test.place,
        cause:
          "Sums are taken of exact numbers that are neither keys nor ids, when a table is extracted.",
        hint: `Sum another column, or extract the table again: runner extract --select ${relation} --full-refresh`,
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
