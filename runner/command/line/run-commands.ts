import { Option } from "commander";
import type { RunOptions } from "../options.ts";
import type { RunVerb } from "../run-verb.ts";
import { holding, interval, selecting, varsOption, wholeNumber } from "./arguments.ts";
import type { AddCommand } from "./arguments.ts";

/** What builds and tests. */
export function addRunCommands(command: AddCommand): void {
  const verbs: readonly [RunVerb, string][] = [
    ["build", "extract, build, test and publish what is selected"],
    ["extract", "extract source tables into the raw zone"],
    ["run", "build and publish seeds and models without data tests"],
    ["test", "run unit tests, and data tests on what is published"],
  ];
  for (const [verb, description] of verbs) {
    const running = holding(
      selecting(
        command(verb, description, async (options: RunOptions) =>
          (await import("../run.ts")).runCommand(verb, options),
        ),
      ),
    )
      .option("--threads <n>", "steps at a time", wholeNumber)
      .option("--dry-run", "print what would run, and run nothing")
      .option("--env <name>", "build an environment of its own; default is production")
      .option(...varsOption);
    if (verb === "test" || verb === "build") {
      running
        .option("--store-failures", "keep the rows that break data tests, in the schema _failures")
        .addOption(
          new Option("--show-failures [rows]", "print rows that break data tests; default 20")
            .preset("20")
            .argParser(wholeNumber),
        );
    }
    if (verb !== "test")
      running.option("--full-refresh", "extract wholly and build incremental models from nothing");
    if (verb === "build" || verb === "run") {
      running
        .addOption(
          new Option(
            "--from <where>",
            "begin with the sources, or with what the raw zone holds, and build all of it anew; default is source",
          ).choices(["source", "raw"]),
        )
        .option("--gaps", "of models by interval, also build the intervals that were left out")
        .option(
          "--interval <from..until>",
          "of models by interval, build these alone: 2026-03-01..2026-03-05, the end excluded",
          interval,
        );
    }
  }
}
