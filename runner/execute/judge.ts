import type { StepStatus } from "../core/event.ts";
import type { DataTest, Threshold } from "../core/data-test.ts";
import type { Row } from "../core/ports.ts";

const anyRow: Threshold = { operator: "!=", rows: 0 };

/** What a number of breaking rows makes of a test, as dbt has it: an error first, then a warning, else it passed. */
export function judge(
  test: DataTest,
  failures: number,
  first: Row | undefined,
): Exclude<StepStatus, "skipped"> {
  const { severity, errorIf = anyRow, warnIf = anyRow } = test;
  if (test.form === "generic" && test.assertion.type === "freshness" && failures > 0) {
    return first?.staleness === "error" ? "failed" : "warned";
  }
  if (severity === "error" && holds(errorIf, failures)) return "failed";
  return holds(warnIf, failures) ? "warned" : "ok";
}

function holds({ operator, rows }: Threshold, failures: number): boolean {
  switch (operator) {
    case ">":
      return failures > rows;
    case ">=":
      return failures >= rows;
    case "<":
      return failures < rows;
    case "<=":
      return failures <= rows;
    case "=":
      return failures === rows;
    case "!=":
      return failures !== rows;
  }
}
