import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import { Failure } from "../../core/diagnostic.ts";
import { colorsFor, printDiagnostic } from "../../record/print-diagnostic.ts";
import { printTable } from "../../record/print-table.ts";
import { exitCodes } from "../options.ts";
import type { ExitCode } from "../options.ts";
import { printAnswer } from "./role-query.ts";
import { RoleSession } from "./role-session.ts";
import type { RoleOptions } from "./role-session.ts";
import { isWholeStatement } from "./whole-statement.ts";

export interface ShellOptions extends RoleOptions {
  readonly limit?: number;
}

const help = `Write SQL, on as many lines as you like; a semicolon at a line's end asks it.
\\d             the relations that you can read
\\d zone.name   the columns of one, and which of them are masked
\\timing        tell how long each statement takes, or stop it
\\q             leave
`;

/** Asks one statement after the other, from a terminal or from a pipe; what fails of a pipe ends it. */
export async function shellCommand(options: ShellOptions): Promise<ExitCode> {
  const session = await RoleSession.open(options);
  const isTerminal = process.stdin.isTTY;
  const history = path.join(session.home, "shell-history");
  const lines = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stdout, history: readHistory(history) } : {}),
    prompt: `${session.taken.role.name}> `,
  });
  const shell = new Shell(session, lines, options);
  try {
    if (isTerminal) {
      process.stderr.write("\\d lists what there is, \\? helps, \\q leaves.\n");
      lines.on("SIGINT", () => void shell.interrupt());
      lines.prompt();
    }
    for await (const line of lines) {
      if (isTerminal) remember(history, line);
      if ((await shell.take(line, isTerminal)) === "left") break;
      if (!isTerminal && shell.failed !== undefined) break;
      if (isTerminal) lines.prompt();
    }
    if (!isTerminal && shell.failed === undefined) await shell.finish();
    return isTerminal ? exitCodes.ok : (shell.failed ?? exitCodes.ok);
  } finally {
    lines.close();
    await session.close();
  }
}

class Shell {
  readonly #session: RoleSession;
  readonly #lines: Interface;
  readonly #options: ShellOptions;
  #written = "";
  #isTiming = false;
  /** How the last statement failed, if it did. */
  failed: ExitCode | undefined;

  constructor(session: RoleSession, lines: Interface, options: ShellOptions) {
    this.#session = session;
    this.#lines = lines;
    this.#options = options;
  }

  async take(line: string, isTerminal: boolean): Promise<"left" | "stays"> {
    const command = line.trim();
    if (this.#written === "" && command.startsWith("\\")) {
      if (command === "\\q") return "left";
      await this.#guarded(() => this.#command(command));
    } else if (this.#written !== "" || command !== "") {
      this.#written += `${line}\n`;
      if (isWholeStatement(this.#written)) await this.#ask();
    }
    if (isTerminal) {
      const name = this.#session.taken.role.name;
      this.#lines.setPrompt(this.#written === "" ? `${name}> ` : `${"-".repeat(name.length)}> `);
    }
    return "stays";
  }

  /** Asks what stands there without a semicolon behind it. */
  async finish(): Promise<void> {
    if (this.#written.trim() !== "") await this.#ask();
  }

  /** Ends the statement that runs, or forgets what was begun. */
  async interrupt(): Promise<void> {
    this.#written = "";
    await this.#session.interrupt();
    process.stdout.write("\n");
    this.#lines.setPrompt(`${this.#session.taken.role.name}> `);
    this.#lines.prompt();
  }

  async #ask(): Promise<void> {
    const statement = this.#written.trim();
    this.#written = "";
    await this.#guarded(async () => {
      const began = performance.now();
      await printAnswer(this.#session, statement, this.#options);
      if (!this.#isTiming) return;
      const seconds = ((performance.now() - began) / 1000).toFixed(2);
      process.stderr.write(`${seconds} s\n`);
    });
    if (process.stdin.isTTY) this.#session.warm();
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    this.failed = undefined;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const colors = colorsFor(process.stderr);
      for (const each of error.diagnostics) process.stderr.write(printDiagnostic(each, colors));
      this.failed = error.exitCode;
    }
  }

  async #command(command: string): Promise<void> {
    const [name = "", argument] = command.replace(/;$/, "").split(/\s+/);
    if (name === "\\d" && argument !== undefined) return this.#describe(argument);
    if (name === "\\d") return this.#list();
    if (name === "\\timing") {
      this.#isTiming = !this.#isTiming;
      process.stderr.write(`Timing is ${this.#isTiming ? "on" : "off"}.\n`);
      return;
    }
    if (name === "\\?") return void process.stdout.write(help);
    const message = `There is no command ${name}.`;
    throw new Failure([{ code: "CLI_USAGE", message, hint: "\\? lists those there are." }]);
  }

  async #list(): Promise<void> {
    const relations = await this.#session.relations();
    const rows = relations.map(({ manifest, columns, condition }) => ({
      relation: manifest.relation,
      rows: condition === undefined ? "all" : condition,
      masked: columns
        .filter(({ mask }) => mask !== undefined)
        .map(({ name }) => name)
        .join(", "),
    }));
    printNamed(["relation", "rows", "masked"], rows);
  }

  async #describe(wanted: string): Promise<void> {
    const relations = await this.#session.relations();
    const found = relations.find(({ manifest }) => manifest.relation === wanted.toLowerCase());
    if (found === undefined) {
      const message = `${this.#session.taken.role.name} can read no relation ${wanted}.`;
      throw new Failure([{ code: "ACCESS_DENIED", message, hint: "\\d lists those there are." }]);
    }
    const rows = found.columns.map(({ name, type, mask }) => ({
      column: name,
      type,
      seen: mask === undefined ? "in clear" : seenAs(mask.kind),
    }));
    printNamed(["column", "type", "seen"], rows);
  }
}

function seenAs(kind: "hide" | "hash" | "expression"): string {
  return { hide: "hidden", hash: "as a hash", expression: "masked" }[kind];
}

function printNamed(names: readonly string[], rows: readonly Record<string, string>[]): void {
  const columns = names.map((name) => ({ name, type: "VARCHAR" }));
  process.stdout.write(`${printTable({ columns, rows })}\n`);
}

const rememberedLines = 1000;

/** The latest first, as readline wants it. */
function readHistory(file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.slice(-rememberedLines).reverse();
}

function remember(file: string, line: string): void {
  if (line.trim() === "") return;
  mkdirSync(path.dirname(file), { recursive: true });
  appendFileSync(file, `${line}\n`, { mode: 0o600 });
}
