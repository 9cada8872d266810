import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { LocalServiceError, defaultHome } from "../services.ts";
import { runDemo } from "./demo.ts";
import type { DemoSize } from "./diary.ts";

function wholeNumber(lowest: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= lowest && number < 2 ** 32) return number;
    throw new InvalidArgumentError(`It must be a whole number of at least ${lowest}.`);
  };
}

const size = new Command("npm run demo --")
  .description("Lets fake shoppers use the shop, builds the star schema, and compares the sums.")
  .option("--customers <n>", "customers who shop each day", wholeNumber(1), 10)
  .option("--vendors <n>", "vendors with 10 items each", wholeNumber(1), 5)
  .option("--days <n>", "days of shopping to add", wholeNumber(1), 1)
  .option("--seed <n>", "the same seed shops the same way", wholeNumber(0), 42)
  .parse()
  .opts<DemoSize>();

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

try {
  const project = fileURLToPath(new URL("../..", import.meta.url));
  process.exitCode = await runDemo({ ...size, project, home: defaultHome() });
} catch (error) {
  if (!(error instanceof LocalServiceError)) throw error;
  process.stderr.write(`${error.code}\n${error.message}\n-> ${error.hint}\n`);
  process.exitCode = 2;
}
