import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import ms from "ms";
import type { Interval } from "../../core/interval.ts";
import { parseInterval } from "../interval-option.ts";
import { collectVars } from "../options.ts";
import type { ExitCode } from "../options.ts";

type Run = (...given: never[]) => Promise<ExitCode>;

/** Adds a command, to the program or to a command of its, with the options that all have. */
export type AddCommand = (
  usage: string,
  description: string,
  run: Run,
  parent?: Command,
) => Command;

export const varsOption = [
  "--vars <name=value,...>",
  "variables, over those of pipelines.yaml; also as a mapping: '{name: value}'",
  collectVars,
] as const;

/** The options of a command that works on a part of the project. */
export function selecting(command: Command): Command {
  return command
    .option(
      "-s, --select <selectors...>",
      "what to take: sales, +sales, sales+, gold.*, tag:x, source:oltp",
    )
    .option("--exclude <selectors...>", "what to leave out")
    .option("--selector <names...>", "selectors of pipelines.yaml, joined with --select")
    .option("--state <folder>", "artifacts that state:, result: and source_status: compare with");
}

/** In milliseconds. */
export function duration(text: string): number {
  const milliseconds = ms(text as ms.StringValue) as number | undefined;
  if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
  throw new InvalidArgumentError("It must be a length of time such as 30s, 10m or 2h.");
}

/** `from..until`. */
export function interval(text: string): Interval {
  const parsed = parseInterval(text);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError("Write 2026-03-01..2026-03-05, of which the end is not part.");
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

/** The option of a command that waits for the warehouse. */
export function holding(command: Command): Command {
  return command.option(
    "--wait <duration>",
    "wait for a run that has the warehouse, such as 10m",
    duration,
  );
}
