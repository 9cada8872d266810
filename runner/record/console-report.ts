import { counted } from "../core/counted.ts";
import { printBytes } from "../core/byte-size.ts";
import type { EngineLoad } from "../core/engine-load.ts";
import type { RunEvent, RunStatus, StepOutcome } from "../core/event.ts";
import { colorsFor, printDiagnostic } from "./print-diagnostic.ts";
import { joinSome, skippedSummary, withheldLines } from "./summaries.ts";

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where the counts of rows end, in characters after the label. */
const rowsEnd = 57;
const indent = "         ";
/** A failure that stands further above the end than this is told again. */
const nearLines = 10;
const mostRepeated = 5;

/**
 * A run for people: a line for each relation and for each test that did not pass, then what became public. What was
 * skipped is counted, and failures far above are repeated, so that the end says why. On a terminal the last line shows
 * what is running.
 */
export class ConsoleReport {
  readonly #output: Output;
  readonly #colors: ReturnType<typeof colorsFor>;
  readonly #running = new Set<string>();
  readonly #skipped: StepOutcome[] = [];
  readonly #failed: { readonly outcome: StepOutcome; readonly line: number }[] = [];
  #lines = 0;
  #finished = 0;
  #total = 0;
  #passed = { test: 0, unit_test: 0 };
  #hasStatusLine = false;

  constructor(output: Output) {
    this.#output = output;
    this.#colors = colorsFor(output);
  }

  tell(event: RunEvent): void {
    this.#clearStatusLine();
    switch (event.type) {
      case "run_started": {
        const { extract, seed, model, unit_test: unitTest, test, hook } = event.steps;
        const parts = [
          count(extract, "source"),
          count(seed, "seed"),
          count(model, "model"),
          count(unitTest, "unit test"),
          count(test, "data test"),
          count(hook, "hook"),
        ].filter((part) => part !== undefined);
        this.#total = extract + seed + model + unitTest + test + hook;
        this.#line(
          `${this.#colors.bold(event.command)} on ${event.target}: ${parts.join(", ") || "nothing to do"}`,
        );
        break;
      }
      case "recovered":
      case "note":
        this.#line(`${this.#colors.dim("note")}     ${event.message}`);
        break;
      case "failing_rows":
        break;
      case "step_started":
        this.#running.add(event.id);
        break;
      case "step_finished":
        this.#running.delete(event.outcome.id);
        this.#finished += 1;
        this.#outcome(event.outcome);
        break;
      case "withheld":
        this.#tellCounted();
        for (const line of withheldLines(event.relations)) {
          this.#line(`${this.#colors.yellow("withheld")} ${line}`);
        }
        break;
      case "published":
        this.#tellCounted();
        this.#line(
          `${this.#colors.green("published")} ${count(event.relations.length, "relation") ?? "nothing"} ${this.#colors.dim(seconds(event.milliseconds))}`,
        );
        break;
      case "run_finished": {
        this.#tellCounted();
        this.#repeatFailures();
        const { ok, warned, failed, skipped } = event.counts;
        if (event.load !== undefined)
          this.#line(`${this.#colors.dim("load")}     ${told(event.load)}`);
        const counts = `${ok} ok, ${warned} warned, ${failed} failed, ${skipped} skipped`;
        this.#line(this.#verdict(event.status, seconds(event.milliseconds), counts));
        break;
      }
    }
    this.#showStatusLine();
  }

  /** What has no line of its own: passed tests and skipped steps. */
  #tellCounted(): void {
    const unitTests = count(this.#passed.unit_test, "unit test");
    const tests = count(this.#passed.test, "data test");
    const passed = [unitTests, tests].filter((part) => part !== undefined).join(" and ");
    if (passed !== "") this.#line(`${this.#colors.green("ok")}       ${passed}`);
    this.#passed = { test: 0, unit_test: 0 };
    const skipped = skippedSummary(this.#skipped.splice(0));
    if (skipped !== undefined) this.#line(`${this.#colors.dim("skipped")}  ${skipped}`);
  }

  #repeatFailures(): void {
    const far = this.#failed.filter(({ line }) => this.#lines - line > nearLines);
    for (const { outcome } of far.slice(0, mostRepeated)) {
      this.#line(`${this.#colors.red("FAILED  ")} ${outcome.id}`);
      if (outcome.diagnostic === undefined) continue;
      const { code, place, message, hint } = outcome.diagnostic;
      this.#print(printDiagnostic({ code, place, message, hint }, this.#colors, indent));
    }
    if (far.length > mostRepeated) {
      const others = far.slice(mostRepeated).map(({ outcome }) => outcome.id);
      this.#line(`${this.#colors.red("FAILED  ")} ${joinSome(others)}: see above`);
    }
  }

  #verdict(status: RunStatus, time: string, counts: string): string {
    switch (status) {
      case "succeeded":
        return `${this.#colors.green("Done")} in ${time}: ${counts}.`;
      case "failed":
        return `${this.#colors.red("Failed")} in ${time}: ${counts}.`;
      case "interrupted":
        return `${this.#colors.yellow("Interrupted. Nothing was published.")} After ${time}: ${counts}.`;
    }
  }

  #outcome(outcome: StepOutcome): void {
    const { id, kind, status, milliseconds, diagnostic } = outcome;
    if (status === "skipped") {
      this.#skipped.push(outcome);
      return;
    }
    if ((kind === "test" || kind === "unit_test") && status === "ok") {
      this.#passed[kind] += 1;
      return;
    }
    const label = {
      ok: this.#colors.green("ok      "),
      warned: this.#colors.yellow("warned  "),
      failed: this.#colors.red("FAILED  "),
    }[status];
    const rows = rowsOf(outcome).padStart(rowsEnd - id.length - 1);
    this.#line(`${label} ${id} ${rows}  ${this.#colors.dim(seconds(milliseconds))}`);
    if (diagnostic !== undefined) this.#print(printDiagnostic(diagnostic, this.#colors, indent));
    if (status === "failed") this.#failed.push({ outcome, line: this.#lines });
  }

  #line(text: string): void {
    this.#print(`${text.trimEnd()}\n`);
  }

  #print(lines: string): void {
    this.#output.write(lines);
    this.#lines += lines.split("\n").length - 1;
  }

  #showStatusLine(): void {
    if (this.#output.isTTY !== true || this.#running.size === 0) return;
    // Some terminals say that they have 0 columns and mean that they do not know.
    const width = (this.#output.columns || 80) - 1;
    const text = `${this.#finished}/${this.#total}  ${[...this.#running].join(", ")}`.slice(
      0,
      width,
    );
    this.#output.write(this.#colors.dim(text));
    this.#hasStatusLine = true;
  }

  #clearStatusLine(): void {
    if (!this.#hasStatusLine) return;
    this.#output.write("\r\u001b[2K");
    this.#hasStatusLine = false;
  }
}

function rowsOf({ rows, rejected, mode }: StepOutcome): string {
  if (rows === undefined) return "";
  if (rejected !== undefined) return `${counted(rows, "row")}, ${rejected} rejected`;
  return counted(rows, mode === "delta" ? "new row" : "row");
}

/** What a warehouse elsewhere had to do, which costs money there and waits behind others. */
function told({ statements, bytes, ...load }: EngineLoad): string {
  const queue = seconds(load.queueMilliseconds);
  const execution = seconds(load.executionMilliseconds);
  return `${counted(statements, "statement")}: ${queue} in the queue, ${execution} at work, ${printBytes(bytes)} of results`;
}

function count(number: number, noun: string): string | undefined {
  return number === 0 ? undefined : counted(number, noun);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
