import type { Emit } from "../core/event.ts";
import { ConsoleReport } from "./console-report.ts";
import { roundMilliseconds } from "./round-milliseconds.ts";
import { failingRowLines, printFailingRows } from "./failing-rows.ts";

/** What a run tells its user: narration on stderr, or with `json` one event a line on stdout. */
export function createReporter({ json }: { readonly json: boolean }): Emit {
  if (json) {
    return (event) => {
      process.stdout.write(
        event.type === "failing_rows"
          ? failingRowLines(event)
          : `${JSON.stringify(event, roundTimes)}\n`,
      );
      return Promise.resolve();
    };
  }
  const report = new ConsoleReport(process.stderr);
  return (event) => {
    report.tell(event);
    // Rows are what was asked for; everything else tells how the run goes.
    if (event.type === "failing_rows") process.stdout.write(printFailingRows(event));
    return Promise.resolve();
  };
}

function roundTimes(name: string, value: unknown): unknown {
  return /milliseconds$/i.test(name) && typeof value === "number"
    ? roundMilliseconds(value)
    : value;
}
