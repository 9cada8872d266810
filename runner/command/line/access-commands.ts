import type { Command } from "commander";
import { Option } from "commander";
import { holding, wholeNumber } from "./arguments.ts";
import type { AddCommand } from "./arguments.ts";

/** What tells and enforces who may see what. */
export function addAccessCommands(program: Command, command: AddCommand): void {
  const access = program
    .command("access")
    .description("who may see what: roles over zones, columns and rows")
    .exitOverride();
  command(
    "plan",
    "print who may do what, and what access apply would change in the target's warehouse",
    async (options: object) =>
      (await import("../access/plan-access.ts")).planAccessCommand(options),
    access,
  );
  holding(
    command(
      "apply",
      "give the warehouse's roles what the project declares, and take back what it does not",
      async (options: object) =>
        (await import("../access/apply-access.ts")).applyAccessCommand(options),
      access,
    ),
  );
  command(
    "verify",
    "try each role out in the warehouse, for what it may and what it may not; 1 where anything differs",
    async (options: object) =>
      (await import("../access/verify-access.ts")).verifyAccessCommand(options),
    access,
  );
  command(
    "report",
    "print who can see a column, or what a role can see; by default who may do what",
    async (options: object) =>
      (await import("../access/report-access.ts")).reportAccessCommand(options),
    access,
  )
    .option("--role <name>", "what this role can see")
    .option("--column <zone.relation.column>", "who can see this column")
    .addOption(
      new Option("--format <form>", "the form of the table").choices(["text", "markdown"]),
    );
  command(
    "log",
    "list the queries that were asked on this machine, the latest last",
    async (options: object) => (await import("../access/log-access.ts")).accessLogCommand(options),
    access,
  )
    .option("--role <name>", "those of a role")
    .option("--user <name>", "those of a user")
    .option("--reads <zone.relation[.column]>", "those that read a relation or a column")
    .addOption(
      new Option("--outcome <word>", "those that ended so").choices([
        "answered",
        "refused",
        "failed",
        "cut off",
      ]),
    )
    .option("--since <day>", "those since a UTC day, such as 2026-01-31")
    .option("--limit <n>", "how many; default 20, all with --json", wholeNumber);
}
