import type { Command } from "commander";
import type { AddCommand } from "./arguments.ts";

/** What looks at the sources. */
export function addSourceCommands(program: Command, command: AddCommand): void {
  const source = program
    .command("source")
    .description("what the sources hold, and what their YAML says of it")
    .exitOverride();
  command(
    "check [names...]",
    "compare the live sources with their YAML: what a build would do, and where it would stop",
    async (names: readonly string[], options: object) =>
      (await import("../source-check.ts")).checkSourcesCommand(names, options),
    source,
  );
  command(
    "infer <name>",
    "print the YAML of a source, or of one of its tables, as the source has it",
    async (name: string, options: object) =>
      (await import("../source-infer.ts")).inferSourceCommand(name, options),
    source,
  ).option("--write", "put it into the source's YAML, whose other lines stay as they are");
  command(
    "freshness [names...]",
    "measure in the sources how old their newest rows are",
    async (names: readonly string[], options: object) =>
      (await import("../source-freshness.ts")).sourceFreshnessCommand(names, options),
    source,
  );
}
