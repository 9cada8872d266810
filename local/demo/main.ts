import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { defaultHome } from "../services.ts";
import { demoTargets, runDemo, type DemoOptions } from "./demo.ts";
import type { DemoSize } from "./diary.ts";
import { reportFailure } from "./failure.ts";

function wholeNumber(lowest: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= lowest && number < 2 ** 32) return number;
    throw new InvalidArgumentError(`It must be a whole number of at least ${lowest}.`);
  };
}

const command = new Command("npm run demo --")
  .description("Lets fake shoppers use the shop, builds the star schema, and compares the sums.")
  .option("--customers <n>", "customers who shop each day", wholeNumber(1), 10)
  .option("--vendors <n>", "vendors with 10 items each", wholeNumber(1), 5)
  .option("--days <n>", "days of shopping to add", wholeNumber(1), 1)
  .option("--seed <n>", "the same seed shops the same way", wholeNumber(0), 42)
  .addOption(
    new Option("--target <name>", "where it is built: by DuckDB, or as on AWS by its stand-ins")
      .choices(demoTargets)
      .default("local"),
  )
  .allowExcessArguments(false)
  .showHelpAfterError("(npm run demo -- --help lists the options)")
  .exitOverride();

/** Ends at once: the next demo takes up what this one leaves. */
function endOn(signal: NodeJS.Signals, code: number): void {
  // For good: on Ctrl-C the terminal and npm both send the signal, and the second one would kill the ending process.
  process.on(signal, () => {
    process.stderr.write("\nInterrupted. npm run demo goes on where it was.\n");
    process.exit(code);
  });
}

async function main(): Promise<number> {
  try {
    const chosen = command.parse().opts<DemoSize & Pick<DemoOptions, "target">>();
    endOn("SIGINT", 130);
    endOn("SIGTERM", 143);
    const project = fileURLToPath(new URL("../..", import.meta.url));
    return await runDemo({ ...chosen, project, home: defaultHome() });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFailure(error);
  }
}

process.exitCode = await main();
