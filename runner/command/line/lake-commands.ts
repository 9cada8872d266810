import type { Command } from "commander";
import { duration, holding, wholeNumber } from "./arguments.ts";
import type { AddCommand } from "./arguments.ts";

const lakeEnvironmentOption = [
  "--env <name>",
  "as the readers of an environment find it; default is production",
] as const;

/** What looks at the lake. */
export function addLakeCommands(program: Command, command: AddCommand): void {
  const lake = program
    .command("lake")
    .description("what is in the lake: list, show, verify, query and clean it")
    .exitOverride();
  command(
    "ls [names...]",
    "list relations: all, those of a zone such as gold, or some",
    async (names: readonly string[], options: object) =>
      (await import("../lake-list.ts")).listLakeCommand(names, options),
    lake,
  ).option(...lakeEnvironmentOption);
  command(
    "show <relation>",
    "show what a relation's manifest says: columns, files, totals",
    async (name: string, options: object) =>
      (await import("../lake-show.ts")).showLakeCommand(name, options),
    lake,
  ).option(...lakeEnvironmentOption);
  command(
    "path <relation>",
    "print the addresses of a relation's files, one a line",
    async (name: string, options: object) =>
      (await import("../lake-show.ts")).lakePathCommand(name, options),
    lake,
  )
    .option("--manifest", "print the address of its manifest instead")
    .option(...lakeEnvironmentOption);
  command(
    "verify [names...]",
    "read every file that a manifest lists, of all environments, and compare it with its manifest",
    async (names: readonly string[], options: object) =>
      (await import("../lake-verify.ts")).verifyLakeCommand(names, options),
    lake,
  );
  command(
    "sql <query>",
    "query whatever the lake has, without the project's models",
    async (sql: string, options: object) =>
      (await import("../lake-sql.ts")).lakeSqlCommand(sql, options),
    lake,
  )
    .option(...lakeEnvironmentOption)
    .option("--limit <n>", "rows to show; default 100, all with --json", wholeNumber);
  holding(
    command(
      "gc",
      "remove files that no manifest and no kept version lists; versions themselves go with runner gc",
      async (options: object) => (await import("../lake-gc.ts")).lakeGcCommand(options),
      lake,
    ),
  )
    .option("--dry-run", "list what would be removed, and remove nothing")
    .option("--older-than <duration>", "how old they must be; default 1 day", duration);
}
