import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { constants, copyFile, rename, rm, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { messageOf } from "../core/caught.ts";
import { csvLine } from "../core/csv-text.ts";
import { Failure } from "../core/diagnostic.ts";
import { diskFailure } from "../core/disk-failure.ts";
import type { ResultSet } from "../core/ports.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";

export type ResultFormat = "table" | "json" | "csv" | "parquet";

/** Rows of a table when `--limit` does not say otherwise. */
export const defaultLimit = 100;

export interface OutputOptions {
  readonly format?: ResultFormat;
  /** The file to write instead of stdout. */
  readonly output?: string;
}

/** The format that the options ask for, if it can go where they want it. */
export function checkedFormat(options: OutputOptions & GlobalOptions): ResultFormat {
  const format = options.format ?? (options.json === true ? "json" : "table");
  if (format === "parquet" && options.output === undefined && process.stdout.isTTY) {
    const hint = "Name a file with --output, or send it into a pipe.";
    const message = "Parquet is nothing for a terminal.";
    throw new Failure([{ code: "CLI_USAGE", message, hint }]);
  }
  return format;
}

/** One object a line. */
export function jsonLines({ rows }: Pick<ResultSet, "rows">): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

export function csvText({ columns, rows }: ResultSet): string {
  const names = columns.map(({ name }) => name);
  const lines = rows.map((row) => csvLine(names.map((name) => row[name] ?? null)));
  return [csvLine(names), ...lines].join("");
}

export async function deliverText(text: string, { output }: OutputOptions): Promise<ExitCode> {
  if (output === undefined) process.stdout.write(text);
  else await replaceFile(output, (path) => writeFile(path, text, { flag: "wx" }));
  return exitCodes.ok;
}

/** Gives a finished file to whom the options say. */
export async function deliverFile(file: string, { output }: OutputOptions): Promise<ExitCode> {
  if (output === undefined) await pipeline(createReadStream(file), process.stdout, { end: false });
  else await replaceFile(output, (path) => copyFile(file, path, constants.COPYFILE_EXCL));
  return exitCodes.ok;
}

/** What stands there stays until the whole new file does. Nobody can have put something else where that arrives. */
async function replaceFile(output: string, write: (path: string) => Promise<void>): Promise<void> {
  const arriving = `${output}.${randomUUID()}.tmp`;
  try {
    await write(arriving);
    await rename(arriving, output);
  } catch (error) {
    await rm(arriving, { force: true });
    const message = `${output} cannot be written.`;
    throw (
      diskFailure(error, output) ??
      new Failure([{ code: "CLI_USAGE", message, cause: messageOf(error) }])
    );
  }
}
