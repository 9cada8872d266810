import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { endWithPipeline, exitOnInterruption } from "./command/interruption.ts";
import { describeProgram } from "./command/line/program.ts";
import type { ExitCode } from "./command/options.ts";
import { exitCodes } from "./command/options.ts";
import { messageOf } from "./core/caught.ts";
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
  const program = describeProgram(packageVersion, (command) => async (...given: unknown[]) => {
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
