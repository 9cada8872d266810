import { counted } from "../core/counted.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Engine, Row } from "../core/ports.ts";
import { diffRows, isEqual, printDiff } from "../core/row-diff.ts";
import type { RowDiff, TextRow } from "../core/row-diff.ts";
import type { UnitTestStep } from "../plan/step.ts";

/** Runs a unit test; undefined when what came out is what was expected. */
export async function runUnitTestStep(
  step: UnitTestStep,
  engine: Engine,
): Promise<{ readonly differences: number; readonly diagnostic: Diagnostic } | undefined> {
  const { columns, key, test } = step;
  const [expected, actual] = await Promise.all([
    engine.query(step.expected),
    engine.query(step.actual),
  ]);
  const texts = (rows: readonly Row[]): readonly TextRow[] =>
    rows.map((row) => columns.map((column) => textOf(row[column])));
  const diff = diffRows(columns, key, {
    expected: texts(expected.rows),
    actual: texts(actual.rows),
  });
  if (isEqual(diff)) return undefined;
  return {
    differences: diff.changed.length + diff.missing.length + diff.unexpected.length,
    diagnostic: {
      code: "UNIT_TEST_FAILED",
      message: `${test.name}: ${summarize(diff)}.`,
      place: test.place,
      frame: printDiff(diff),
      cause: [test.description, "- is expected, + is what came out of the given rows."]
        .filter(Boolean)
        .join("\n"),
    },
  };
}

function textOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function summarize({ equal, changed, missing, unexpected }: RowDiff): string {
  const parts = [
    [changed.length, "differs", "differ"],
    [missing.length, "is missing", "are missing"],
    [unexpected.length, "is unexpected", "are unexpected"],
  ] as const;
  const wrong = parts.flatMap(([number, one, many]) =>
    number === 0 ? [] : [`${counted(number, "row")} ${number === 1 ? one : many}`],
  );
  return [...wrong, ...(equal > 0 ? [`${counted(equal, "row")} as expected`] : [])].join(", ");
}
