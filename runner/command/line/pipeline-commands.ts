import type { Command } from "commander";
import type { AddCommand } from "./arguments.ts";

const aboutInfra = `
Standard output has the template; names come from the target, and what only the account's owner knows is a parameter.
--check judges the template itself, without AWS. Whether what exists fits is another question: runner doctor answers it.`;

/** What runs by itself, and what looks after the place where it runs. */
export function addPipelineCommands(program: Command, command: AddCommand): void {
  const pipelines = program
    .command("pipeline")
    .description("run or list the pipelines of pipelines.yaml")
    .exitOverride();
  command(
    "run <name>",
    "run a pipeline now, with its retries, timeout and on_failure",
    async (name: string, options: object) =>
      (await import("../pipeline.ts")).runPipelineCommand(name, options),
    pipelines,
  );
  command(
    "ls",
    "list pipelines with their schedules",
    async (options: object) => (await import("../pipeline.ts")).listPipelinesCommand(options),
    pipelines,
  );
  command(
    "schedule",
    "run pipelines when they are due, one at a time, until interrupted",
    async (options: object) => (await import("../schedule.ts")).scheduleCommand(options),
  ).option("--once", "run what is due now, and end");
  command("doctor", "check this machine, the target and its connections", async (options: object) =>
    (await import("../doctor.ts")).doctorCommand(options),
  );
  command(
    "infra",
    "print a CloudFormation template of what a target on AWS and the shop need",
    async (options: object) => (await import("../infra.ts")).infraCommand(options),
  )
    .option("--check", "judge the template by rules, and print what is wrong with it instead")
    .addHelpText("after", aboutInfra);
}
