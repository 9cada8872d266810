import { Option, type Command } from "commander";
import { selecting, varsOption, wholeNumber } from "./arguments.ts";
import type { AddCommand } from "./arguments.ts";

/** What looks at the project, and at what it published. */
export function addProjectCommands(program: Command, command: AddCommand): void {
  selecting(
    command("compile", "render SQL into <home>/compiled", async (options: object) =>
      (await import("../compile.ts")).compileCommand(options),
    ),
  )
    .addOption(
      new Option("--engine <name>", "the engine to compile for").choices(["duckdb", "redshift"]),
    )
    .option(...varsOption);
  command(
    "check",
    "find what is wrong with the project, without its data",
    async (options: object) => (await import("../check.ts")).checkCommand(options),
  ).option(...varsOption);
  selecting(
    command("ls", "list sources, seeds and models", async (options: object) =>
      (await import("../ls.ts")).listCommand(options),
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
  command(
    "lineage <column>",
    "show where a column such as gold.sales.customer_id comes from, or what is made of it",
    async (name: string, options: object) =>
      (await import("../lineage.ts")).lineageCommand(name, options),
  )
    .option("--up", "what it is made of, down to the sources; the default")
    .option("--down", "what is made of it")
    .option("--depth <n>", "steps to follow; default all, of a whole relation one", wholeNumber)
    .option(...varsOption);
  command("query <sql>", "query what is published", async (sql: string, options: object) =>
    (await import("../query.ts")).queryCommand(sql, options),
  )
    .option("--role <name>", "ask as this role of pipelines.yaml, which sees what it may see")
    .option("--user <name>", "who asks; default is MERCADO_USER, else the system's user")
    .option("--env <name>", "the environment to read; default is production")
    .option("--limit <n>", "rows to give; default 100 of a table, else all", wholeNumber)
    .addOption(
      new Option("--format <name>", "how to print rows; --json is --format json").choices([
        "table",
        "json",
        "csv",
        "parquet",
      ]),
    )
    .option("--output <file>", "the file to write instead of stdout");
  command(
    "shell",
    "ask one statement after the other as a role",
    async (options: { readonly role: string }) =>
      (await import("../role/shell.ts")).shellCommand(options),
  )
    .requiredOption("--role <name>", "ask as this role of pipelines.yaml")
    .option("--user <name>", "who asks; default is MERCADO_USER, else the system's user")
    .option("--env <name>", "the environment to read; default is production")
    .option("--limit <n>", "rows to show of each result; default 100", wholeNumber);
  command(
    "show [model]",
    "preview what a model yields from what is published",
    async (name: string | undefined, options: object) =>
      (await import("../show.ts")).showCommand(name, options),
  )
    .option("--env <name>", "the environment to read; default is production")
    .option("--inline <sql>", "preview this query instead of a model")
    .option("--limit <n>", "rows to show; default 20", wholeNumber)
    .option(...varsOption);
  command(
    "failures [test]",
    "list the data tests whose breaking rows were kept, or show those of one",
    async (name: string | undefined, options: object) =>
      (await import("../failures.ts")).failuresCommand(name, options),
  ).option("--limit <n>", "rows to show; default 100, all with --json", wholeNumber);
  const contract = program
    .command("contract")
    .description("columns and types that models declare")
    .exitOverride();
  command(
    "infer <model>",
    "print the columns: that a model's query yields",
    async (name: string, options: object) =>
      (await import("../contract.ts")).inferContractCommand(name, options),
    contract,
  )
    .option("--write", "put them into the model's YAML, whose other lines stay as they are")
    .option(...varsOption);
}
