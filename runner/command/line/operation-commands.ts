import type { Command } from "commander";
import { duration, holding, wholeNumber } from "./arguments.ts";
import type { AddCommand } from "./arguments.ts";

/** What looks at runs, and changes what readers see without building. */
export function addOperationCommands(command: AddCommand): void {
  const runs = command("runs", "list the latest runs", async (options: object) =>
    (await import("../runs.ts")).runsCommand(options),
  ).option("--limit <n>", "runs to list; default 20", wholeNumber);
  command(
    "show <id>",
    "show the steps of a run, what failed first",
    async (id: string, _options: object, self: Command) =>
      (await import("../runs.ts")).showRunCommand(id, self.optsWithGlobals()),
    runs,
  );
  holding(
    command(
      "retry [run]",
      "go on with what a run, by default the latest, left undone",
      async (id: string | undefined, options: object) =>
        (await import("../retry.ts")).retryCommand(id, options),
    ),
  )
    .option("--threads <n>", "steps at a time", wholeNumber)
    .option("--vars <name=value,...>", "variables, over those of the run");
  holding(
    command(
      "rollback [run]",
      "take production back to what a run, by default the last but one, had published",
      async (id: string | undefined, options: object) =>
        (await import("../rollback.ts")).rollbackCommand(id, options),
    ),
  ).option("--dry-run", "print what would be done, and do nothing");
  holding(
    command(
      "prune [relations...]",
      "take from readers what is published and no longer part of the project",
      async (names: readonly string[], options: object) =>
        (await import("../prune.ts")).pruneCommand(names, options),
    ),
  ).option("--dry-run", "print what would be done, and do nothing");
  const environments = command("env", "list environments", async (options: object) =>
    (await import("../environments.ts")).environmentsCommand(options),
  );
  holding(
    command(
      "drop <name>",
      "remove an environment",
      async (name: string, _options: object, self: Command) =>
        (await import("../environments.ts")).dropEnvironmentCommand(name, self.optsWithGlobals()),
      environments,
    ),
  );
  holding(
    command(
      "promote <environment>",
      "give production what an environment has built",
      async (name: string, options: object) =>
        (await import("../environments.ts")).promoteCommand(name, options),
    ),
  );
  holding(
    command(
      "gc",
      "remove superseded versions, of tables and of the lake's files, and old runs",
      async (options: object) => (await import("../gc.ts")).gcCommand(options),
    ),
  )
    .option("--retention <duration>", "how old they must be; default is the target's", duration)
    .option(
      "--run-retention <duration>",
      "how old a run must be to be forgotten; default is the target's",
      duration,
    );
}
