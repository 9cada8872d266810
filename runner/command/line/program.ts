import { Command } from "commander";
import type { ExitCode } from "../options.ts";
import type { AddCommand } from "./arguments.ts";
import { addAccessCommands } from "./access-commands.ts";
import { addLakeCommands } from "./lake-commands.ts";
import { addOperationCommands } from "./operation-commands.ts";
import { addPipelineCommands } from "./pipeline-commands.ts";
import { addProjectCommands } from "./project-commands.ts";
import { addRunCommands } from "./run-commands.ts";
import { addSourceCommands } from "./source-commands.ts";

/** What a command is made into, to have its exit code. */
export type Wrap = (
  command: (...given: unknown[]) => Promise<ExitCode>,
) => (...given: unknown[]) => Promise<void>;

/** The command line. A command's code is loaded when it is called. */
export function describeProgram(version: string, wrap: Wrap): Command {
  const program = new Command("runner")
    .description("Builds Mercado's lake and star schema from SQL models.")
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(runner --help lists commands and options)");
  const command: AddCommand = (usage, description, run, parent = program) =>
    parent
      .command(usage)
      .description(description)
      .exitOverride()
      .option("--project <folder>", "folder to look for pipelines.yaml from")
      .option("--target <name>", "where to run, of the targets in pipelines.yaml")
      .option("--json", "one JSON object a line on stdout")
      .action(wrap((...given) => run(...(given as never[]))));
  addRunCommands(command);
  addProjectCommands(program, command);
  addSourceCommands(program, command);
  addOperationCommands(command);
  addLakeCommands(program, command);
  addAccessCommands(program, command);
  addPipelineCommands(program, command);
  return program;
}
