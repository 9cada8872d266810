import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import ms from "ms";
import { endWithPipeline, exitOnInterruption } from "./command/interruption.ts";
import { parseInterval } from "./command/interval-option.ts";
import type { ExitCode, RunOptions } from "./command/options.ts";
import { collectVars, exitCodes } from "./command/options.ts";
import type { RunVerb } from "./command/run-verb.ts";
import { messageOf } from "./core/caught.ts";
import type { Interval } from "./core/interval.ts";
import { Failure } from "./core/diagnostic.ts";
import { diskFailure } from "./core/disk-failure.ts";
import { colorsFor, printDiagnostic } from "./record/print-diagnostic.ts";

const packageVersion = (
  JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  }
).version;

/** Runs the command that the arguments name, prints what went wrong, and returns the process's exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = describeProgram((command) => async (...given: unknown[]) => {
    exitCode = await command(...given);
  });
  exitOnInterruption();
  if (process.env.MERCADO_TRIGGER !== undefined) endWithPipeline();
  process.stdout.on("error", endWithReader);
  try {
    // A query may begin with a comment, which is no option.
    const words = args.map((word) => (/^--\s/.test(word) ? `\n${word}` : word));
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    return reportFailure(error, args.includes("--json"));
  }
}

/** A reader that has seen enough, such as `head`, is no failure. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.ok);
}

function reportFailure(thrown: unknown, json: boolean): number {
  if (thrown instanceof CommanderError)
    return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const error = diskFailure(thrown, pathIn(thrown)) ?? thrown;
  if (error instanceof Failure) {
    if (json) {
      for (const diagnostic of error.diagnostics) {
        process.stdout.write(`${JSON.stringify({ type: "diagnostic", ...diagnostic })}\n`);
      }
    } else {
      const colors = colorsFor(process.stderr);
      process.stderr.write(
        error.diagnostics.map((diagnostic) => printDiagnostic(diagnostic, colors)).join("\n"),
      );
    }
    return error.exitCode;
  }
  process.stderr.write(
    `This is a fault in Mercado's runner, not in your project. Please report it with these lines:\n${stackOf(error)}\n`,
  );
  return exitCodes.bug;
}

function pathIn(error: unknown): string {
  const hasPath = typeof error === "object" && error !== null && "path" in error;
  return hasPath ? String(error.path) : "the project's folder";
}

function stackOf(error: unknown): string {
  const hasStack = typeof error === "object" && error !== null && "stack" in error;
  return hasStack ? String(error.stack) : messageOf(error);
}

type Run = (...given: never[]) => Promise<ExitCode>;
type Wrap = (
  command: (...given: unknown[]) => Promise<ExitCode>,
) => (...given: unknown[]) => Promise<void>;

function describeProgram(wrap: Wrap): Command {
  const program = new Command("runner")
    .description("Builds Mercado's lake and star schema from SQL models.")
    .version(packageVersion)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(runner --help lists commands and options)");
  const command = (usage: string, description: string, run: Run, parent = program): Command =>
    parent
      .command(usage)
      .description(description)
      .exitOverride()
      .option("--project <folder>", "folder to look for pipelines.yaml from")
      .option("--target <name>", "where to run, of the targets in pipelines.yaml")
      .option("--json", "one JSON object a line on stdout")
      .action(wrap((...given) => run(...(given as never[]))));

  const verbs: readonly [RunVerb, string][] = [
    ["build", "extract, build, test and publish what is selected"],
    ["extract", "extract source tables into the raw zone"],
    ["run", "build and publish seeds and models without data tests"],
    ["test", "run unit tests, and data tests on what is published"],
  ];
  for (const [verb, description] of verbs) {
    const running = selecting(
      command(verb, description, async (options: RunOptions) =>
        (await import("./command/run.ts")).runCommand(verb, options),
      ),
    )
      .option("--threads <n>", "steps at a time", wholeNumber)
      .option("--dry-run", "print what would run, and run nothing")
      .option("--env <name>", "build an environment of its own; default is production")
      .option("--wait <duration>", "wait for a run that has the warehouse, such as 10m", duration)
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
  selecting(
    command("compile", "render SQL into <home>/compiled", async (options: object) =>
      (await import("./command/compile.ts")).compileCommand(options),
    ),
  )
    .addOption(
      new Option("--engine <name>", "the engine to compile for").choices(["duckdb", "redshift"]),
    )
    .option(...varsOption);
  command(
    "check",
    "find what is wrong with the project, without its data",
    async (options: object) => (await import("./command/check.ts")).checkCommand(options),
  ).option(...varsOption);
  selecting(
    command("ls", "list sources, seeds and models", async (options: object) =>
      (await import("./command/ls.ts")).listCommand(options),
    ),
  )
    .option("--tests", "list data tests too")
    .addOption(
      new Option("--output <form>", "what to print of each").choices([
        "selector",
        "name",
        "path",
        "json",
      ]),
    )
    .option("--output-keys <fields...>", "the fields of --output json")
    .option("--resource-type <types...>", "only these: model, source, seed, test, incremental, …")
    .option("--vars <name=value,...>", "variables, over those of pipelines.yaml");
  command("query <sql>", "query what is published", async (sql: string, options: object) =>
    (await import("./command/query.ts")).queryCommand(sql, options),
  )
    .option("--env <name>", "the environment to read; default is production")
    .option("--limit <n>", "rows to show; default 100, all with --json", wholeNumber);
  command(
    "show [model]",
    "preview what a model yields from what is published",
    async (name: string | undefined, options: object) =>
      (await import("./command/show.ts")).showCommand(name, options),
  )
    .option("--env <name>", "the environment to read; default is production")
    .option("--inline <sql>", "preview this query instead of a model")
    .option("--limit <n>", "rows to show; default 20", wholeNumber)
    .option(...varsOption);
  command(
    "failures [test]",
    "list the data tests whose breaking rows were kept, or show those of one",
    async (name: string | undefined, options: object) =>
      (await import("./command/failures.ts")).failuresCommand(name, options),
  ).option("--limit <n>", "rows to show; default 100, all with --json", wholeNumber);
  const contract = program
    .command("contract")
    .description("columns and types that models declare")
    .exitOverride();
  command(
    "infer <model>",
    "print the columns: that a model's query yields",
    async (name: string, options: object) =>
      (await import("./command/contract.ts")).inferContractCommand(name, options),
    contract,
  )
    .option("--write", "put them into the model's YAML, whose other lines stay as they are")
    .option(...varsOption);
  const source = program
    .command("source")
    .description("what the sources hold, and what their YAML says of it")
    .exitOverride();
  command(
    "check [names...]",
    "compare the live sources with their YAML: what a build would do, and where it would stop",
    async (names: readonly string[], options: object) =>
      (await import("./command/source-check.ts")).checkSourcesCommand(names, options),
    source,
  );
  command(
    "infer <name>",
    "print the YAML of a source, or of one of its tables, as the source has it",
    async (name: string, options: object) =>
      (await import("./command/source-infer.ts")).inferSourceCommand(name, options),
    source,
  ).option("--write", "put it into the source's YAML, whose other lines stay as they are");
  command(
    "freshness [names...]",
    "measure in the sources how old their newest rows are",
    async (names: readonly string[], options: object) =>
      (await import("./command/source-freshness.ts")).sourceFreshnessCommand(names, options),
    source,
  );
  const runs = command("runs", "list the latest runs", async (options: object) =>
    (await import("./command/runs.ts")).runsCommand(options),
  ).option("--limit <n>", "runs to list; default 20", wholeNumber);
  command(
    "show <id>",
    "show the steps of a run, what failed first",
    async (id: string, _options: object, self: Command) =>
      (await import("./command/runs.ts")).showRunCommand(id, self.optsWithGlobals()),
    runs,
  );
  const holding = (held: Command): Command =>
    held.option("--wait <duration>", "wait for a run that has the warehouse", duration);
  holding(
    command(
      "retry [run]",
      "go on with what a run, by default the latest, left undone",
      async (id: string | undefined, options: object) =>
        (await import("./command/retry.ts")).retryCommand(id, options),
    ),
  )
    .option("--threads <n>", "steps at a time", wholeNumber)
    .option("--vars <name=value,...>", "variables, over those of the run");
  holding(
    command(
      "rollback [run]",
      "take production back to what a run, by default the last but one, had published",
      async (id: string | undefined, options: object) =>
        (await import("./command/rollback.ts")).rollbackCommand(id, options),
    ),
  ).option("--dry-run", "print what would be done, and do nothing");
  const environments = command("env", "list environments", async (options: object) =>
    (await import("./command/environments.ts")).environmentsCommand(options),
  );
  holding(
    command(
      "drop <name>",
      "remove an environment",
      async (name: string, _options: object, self: Command) =>
        (await import("./command/environments.ts")).dropEnvironmentCommand(
          name,
          self.optsWithGlobals(),
        ),
      environments,
    ),
  );
  holding(
    command(
      "promote <environment>",
      "give production what an environment has built",
      async (name: string, options: object) =>
        (await import("./command/environments.ts")).promoteCommand(name, options),
    ),
  );
  holding(
    command(
      "gc",
      "remove superseded versions, of tables and of the lake's files",
      async (options: object) => (await import("./command/gc.ts")).gcCommand(options),
    ),
  ).option("--retention <duration>", "how old they must be; default is the target's", duration);
  const lake = program
    .command("lake")
    .description("what is in the lake: list, show, verify, query and clean it")
    .exitOverride();
  command(
    "ls [names...]",
    "list relations: all, those of a zone such as gold, or some",
    async (names: readonly string[], options: object) =>
      (await import("./command/lake-list.ts")).listLakeCommand(names, options),
    lake,
  ).option(...lakeEnvironmentOption);
  command(
    "show <relation>",
    "show what a relation's manifest says: columns, files, totals",
    async (name: string, options: object) =>
      (await import("./command/lake-show.ts")).showLakeCommand(name, options),
    lake,
  ).option(...lakeEnvironmentOption);
  command(
    "path <relation>",
    "print the addresses of a relation's files, one a line",
    async (name: string, options: object) =>
      (await import("./command/lake-show.ts")).lakePathCommand(name, options),
    lake,
  )
    .option("--manifest", "print the address of its manifest instead")
    .option(...lakeEnvironmentOption);
  command(
    "verify [names...]",
    "read every file that a manifest lists, of all environments, and compare it with its manifest",
    async (names: readonly string[], options: object) =>
      (await import("./command/lake-verify.ts")).verifyLakeCommand(names, options),
    lake,
  );
  command(
    "sql <query>",
    "query whatever the lake has, without the project's models",
    async (sql: string, options: object) =>
      (await import("./command/lake-sql.ts")).lakeSqlCommand(sql, options),
    lake,
  )
    .option(...lakeEnvironmentOption)
    .option("--limit <n>", "rows to show; default 100, all with --json", wholeNumber);
  holding(
    command(
      "gc",
      "remove files that no manifest and no kept version lists; versions themselves go with runner gc",
      async (options: object) => (await import("./command/lake-gc.ts")).lakeGcCommand(options),
      lake,
    ),
  )
    .option("--dry-run", "list what would be removed, and remove nothing")
    .option("--older-than <duration>", "how old they must be; default 1 day", duration);
  const pipelines = program
    .command("pipeline")
    .description("run or list the pipelines of pipelines.yaml")
    .exitOverride();
  command(
    "run <name>",
    "run a pipeline now, with its retries, timeout and on_failure",
    async (name: string, options: object) =>
      (await import("./command/pipeline.ts")).runPipelineCommand(name, options),
    pipelines,
  );
  command(
    "ls",
    "list pipelines with their schedules",
    async (options: object) =>
      (await import("./command/pipeline.ts")).listPipelinesCommand(options),
    pipelines,
  );
  command(
    "schedule",
    "run pipelines when they are due, one at a time, until interrupted",
    async (options: object) => (await import("./command/schedule.ts")).scheduleCommand(options),
  ).option("--once", "run what is due now, and end");
  command("doctor", "check this machine, the target and its connections", async (options: object) =>
    (await import("./command/doctor.ts")).doctorCommand(options),
  );
  return program;
}

const lakeEnvironmentOption = [
  "--env <name>",
  "as the readers of an environment find it; default is production",
] as const;

const varsOption = [
  "--vars <name=value,...>",
  "variables, over those of pipelines.yaml; also as a mapping: '{name: value}'",
  collectVars,
] as const;

function selecting(command: Command): Command {
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
function duration(text: string): number {
  const milliseconds = ms(text as ms.StringValue) as number | undefined;
  if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
  throw new InvalidArgumentError("It must be a length of time such as 30s, 10m or 2h.");
}

function interval(text: string): Interval {
  const parsed = parseInterval(text);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError("Write 2026-03-01..2026-03-05, of which the end is not part.");
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}
