import path from "node:path";
import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import { Failure } from "../../core/diagnostic.ts";
import { colorsFor, printDiagnostic } from "../../record/print-diagnostic.ts";
import { endOnInterruption } from "../interruption.ts";
import { exitCodes } from "../options.ts";
import type { ExitCode } from "../options.ts";
import { printAnswer } from "./role-query.ts";
import { RoleSession } from "./role-session.ts";
import type { RoleOptions } from "./role-session.ts";
import { describeRelation, listRelations, readShellCommand, shellHelp } from "./shell-commands.ts";
import type { ShellCommand } from "./shell-commands.ts";
import { readHistory, remember } from "./shell-history.ts";
import { wholeStatements } from "./whole-statements.ts";

export interface ShellOptions extends RoleOptions {
  readonly limit?: number;
}

/** Asks one statement after the other, from a terminal or from a pipe; what fails of a pipe ends it. */
export async function shellCommand(options: ShellOptions): Promise<ExitCode> {
  const session = await RoleSession.open(options);
  endOnInterruption(() => session.close());
  const isTerminal = process.stdin.isTTY;
  const history = path.join(session.home, "shell-history");
  const lines = createInterface({
    input: process.stdin,
    // stdout is for what is answered, which may go to a file.
    ...(isTerminal ? { output: process.stderr, history: readHistory(history) } : {}),
  });
  const shell = new Shell(session, lines, { ...options, isTerminal });
  try {
    if (isTerminal) {
      process.stderr.write("\\d lists what there is, \\help helps, \\q leaves.\n");
      lines.on("SIGINT", () => void shell.interrupt());
      shell.prompt();
    }
    for await (const line of lines) {
      if (isTerminal) remember(history, line);
      if ((await shell.take(line)) === "left") return exitCodes.ok;
      if (isTerminal) shell.prompt();
      else if (shell.failed !== undefined) return shell.failed;
    }
    // Where Ctrl-D was pressed, the next prompt begins a line of its own.
    if (isTerminal) process.stderr.write("\n");
    else await shell.finish();
    return isTerminal ? exitCodes.ok : (shell.failed ?? exitCodes.ok);
  } finally {
    lines.close();
    await session.close();
  }
}

class Shell {
  readonly #session: RoleSession;
  readonly #lines: Interface;
  readonly #options: ShellOptions & { readonly isTerminal: boolean };
  /** Of a statement that has begun. */
  #written = "";
  #isAsking = false;
  #isTiming = false;
  /** How the last statement failed, if it did. */
  failed: ExitCode | undefined;

  constructor(
    session: RoleSession,
    lines: Interface,
    options: ShellOptions & { readonly isTerminal: boolean },
  ) {
    this.#session = session;
    this.#lines = lines;
    this.#options = options;
  }

  prompt(): void {
    const { name } = this.#session.taken.role;
    this.#lines.setPrompt(this.#written === "" ? `${name}> ` : `${"-".repeat(name.length)}> `);
    this.#lines.prompt();
  }

  async take(line: string): Promise<"left" | "stays"> {
    const command = await this.#guarded(async () => {
      const asked = this.#written === "" ? readShellCommand(line) : undefined;
      if (asked === undefined) await this.#write(line);
      else await this.#obey(asked);
      return asked;
    });
    return command?.kind === "leave" ? "left" : "stays";
  }

  /** Asks what stands there without a semicolon behind it. */
  async finish(): Promise<void> {
    const statement = this.#written.trim();
    if (statement !== "") await this.#guarded(() => this.#ask(statement));
  }

  /** Ends the statement that runs, whose asker is told, or forgets what was begun. */
  async interrupt(): Promise<void> {
    process.stderr.write("^C\n");
    if (this.#lines.line !== "") {
      // What was typed on the line, and not asked, goes as well.
      this.#lines.write(null, { ctrl: true, name: "e" });
      this.#lines.write(null, { ctrl: true, name: "u" });
    }
    this.#written = "";
    if (this.#isAsking) await this.#session.interrupt();
    else this.prompt();
  }

  async #write(line: string): Promise<void> {
    const { statements, rest } = wholeStatements(`${this.#written}${line}\n`);
    this.#written = rest;
    for (const statement of statements) await this.#ask(statement);
  }

  async #ask(statement: string): Promise<void> {
    const began = performance.now();
    this.#isAsking = true;
    try {
      await printAnswer(this.#session, statement, this.#options);
    } finally {
      this.#isAsking = false;
      if (this.#options.isTerminal) this.#session.warm();
    }
    if (!this.#isTiming) return;
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    process.stderr.write(`${seconds} s\n`);
  }

  /** Tells how it failed, if it did; then there is no result. */
  async #guarded<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    this.failed = undefined;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const colors = colorsFor(process.stderr);
      for (const each of error.diagnostics) process.stderr.write(printDiagnostic(each, colors));
      this.failed = error.exitCode;
      // Of a line with several statements, none comes after one that failed; nor is a half one kept.
      this.#written = "";
      return undefined;
    }
  }

  async #obey(command: ShellCommand): Promise<void> {
    switch (command.kind) {
      case "leave":
        return;
      case "help":
        process.stdout.write(shellHelp);
        return;
      case "timing":
        this.#isTiming = !this.#isTiming;
        process.stderr.write(`Timing is ${this.#isTiming ? "on" : "off"}.\n`);
        return;
      case "list":
        return listRelations(this.#session);
      case "describe":
        return describeRelation(this.#session, command.relation);
      default:
        return command satisfies never;
    }
  }
}
