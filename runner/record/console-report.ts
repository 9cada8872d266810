import type { RunEvent, RunStatus, StepOutcome } from "../core/event.ts";
import { colorsFor, printDiagnostic } from "./print-diagnostic.ts";

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const idWidth = 44;

/**
 * A run for people: a line for each relation and for each test that did not pass, then what became public. On a
 * terminal the last line shows what is running.
 */
export class ConsoleReport {
  readonly #output: Output;
  readonly #colors: ReturnType<typeof colorsFor>;
  readonly #running = new Set<string>();
  #finished = 0;
  #total = 0;
  #passedTests = 0;
  #hasStatusLine = false;

  constructor(output: Output) {
    this.#output = output;
    this.#colors = colorsFor(output);
  }

  tell(event: RunEvent): void {
    this.#clearStatusLine();
    switch (event.type) {
      case "run_started": {
        const { extract, seed, model, test } = event.steps;
        const parts = [
          count(extract, "source"),
          count(seed, "seed"),
          count(model, "model"),
          count(test, "data test"),
        ].filter((part) => part !== undefined);
        this.#total = extract + seed + model + test;
        this.#line(
          `${this.#colors.bold(event.command)} on ${event.target}: ${parts.join(", ") || "nothing to do"}`,
        );
        break;
      }
      case "recovered":
      case "note":
        this.#line(`${this.#colors.dim("note")}     ${event.message}`);
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
        for (const { relation, because } of event.relations) {
          this.#line(`${this.#colors.yellow("withheld")} ${relation}: ${because}`);
        }
        break;
      case "published":
        this.#tellPassedTests();
        this.#line(
          `${this.#colors.green("published")} ${count(event.relations.length, "relation") ?? "nothing"} ${this.#colors.dim(seconds(event.milliseconds))}`,
        );
        break;
      case "run_finished": {
        this.#tellPassedTests();
        const { ok, warned, failed, skipped } = event.counts;
        const counts = `${ok} ok, ${warned} warned, ${failed} failed, ${skipped} skipped`;
        this.#line(`${this.#verdict(event.status)} in ${seconds(event.milliseconds)}: ${counts}.`);
        break;
      }
    }
    this.#showStatusLine();
  }

  #tellPassedTests(): void {
    const passed = count(this.#passedTests, "data test");
    if (passed !== undefined) this.#line(`${this.#colors.green("ok")}       ${passed}`);
    this.#passedTests = 0;
  }

  #verdict(status: RunStatus): string {
    switch (status) {
      case "succeeded":
        return this.#colors.green("Done");
      case "failed":
        return this.#colors.red("Failed");
      case "interrupted":
        return this.#colors.yellow("Interrupted, with nothing published,");
    }
  }

  #outcome(outcome: StepOutcome): void {
    const { id, kind, status, rows, milliseconds, diagnostic, because } = outcome;
    if (kind === "test" && status === "ok") {
      this.#passedTests += 1;
      return;
    }
    const label = {
      ok: this.#colors.green("ok      "),
      warned: this.#colors.yellow("warned  "),
      failed: this.#colors.red("FAILED  "),
      skipped: this.#colors.dim("skipped "),
    }[status];
    const counted = rows === undefined ? "" : `${rows} ${rows === 1 ? "row" : "rows"}`;
    const right =
      status === "skipped"
        ? `waited for ${(because ?? []).join(", ")}`
        : `${counted.padStart(12)}  ${this.#colors.dim(seconds(milliseconds))}`;
    this.#line(`${label} ${id.padEnd(idWidth)} ${right}`);
    if (diagnostic !== undefined) {
      this.#output.write(printDiagnostic(diagnostic, this.#colors, "         "));
    }
  }

  #line(text: string): void {
    this.#output.write(`${text.trimEnd()}\n`);
  }

  #showStatusLine(): void {
    if (this.#output.isTTY !== true || this.#running.size === 0) return;
    const width = (this.#output.columns ?? 80) - 1;
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

function count(number: number, noun: string): string | undefined {
  if (number === 0) return undefined;
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
