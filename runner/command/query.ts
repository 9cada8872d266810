import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { blankOut, comments } from "../core/blank-out.ts";
import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import { mentionedRelations } from "../core/mentioned-relations.ts";
import type { Engine, LocalFiles, ResultSet } from "../core/ports.ts";
import { printTable } from "../record/print-table.ts";
import { environmentOf } from "./environment.ts";
import { endOnInterruption } from "./interruption.ts";
import { exitCodes } from "./options.ts";
import type { EnvironmentOptions, ExitCode, GlobalOptions } from "./options.ts";
import { askingUser, auditTrailOf, onRecord } from "./on-record.ts";
import { readTarget } from "./pipelines-file.ts";
import { openForReading } from "./reader.ts";
import {
  checkedFormat,
  csvText,
  defaultLimit,
  deliverFile,
  deliverText,
  jsonLines,
} from "./result-output.ts";
import type { OutputOptions } from "./result-output.ts";
import type { Target } from "./target.ts";

export interface QueryOptions extends EnvironmentOptions, OutputOptions {
  readonly limit?: number;
}

export interface AskingOptions extends QueryOptions {
  /** Ask as one who has this role; default is as one who may read whatever this process can. */
  readonly role?: string;
  readonly user?: string;
}

/** Runs a query over what is published and prints it. */
export async function queryCommand(sql: string, options: AskingOptions): Promise<ExitCode> {
  const query = queryText(sql);
  const { role, user } = options;
  if (role !== undefined) {
    const { roleQueryCommand } = await import("./role/role-query.ts");
    return roleQueryCommand(query, { ...options, role });
  }
  if (user !== undefined) {
    const hint = "A user asks as a role: --role <name>.";
    throw new Failure([{ code: "CLI_USAGE", message: "--user needs a role.", hint }]);
  }
  return printQuery(query, options);
}

/** A query as a user wrote it, without the semicolon at its end; none at all, or a comment alone, is a failure. */
export function queryText(sql: string): string {
  const query = sql.trim().replace(/;+\s*$/, "");
  if (/\S/.test(blankOut(query, comments))) return query;
  const hint = 'Write one, such as "select count(*) from gold.sales".';
  throw new Failure([{ code: "CLI_USAGE", message: "There is no query.", hint }]);
}

/** Prints the first rows of a query: a table of `limit` rows, by default 100, or another format, by default of all. */
export async function printQuery(
  query: string,
  options: QueryOptions,
  read: (query: string, rowLimit?: number) => Promise<ResultSet> = (...given) =>
    readPublished(given[0], options, given[1]),
): Promise<ExitCode> {
  const format = checkedFormat(options);
  if (format === "parquet") return printParquet(query, options);
  if (format !== "table") {
    const result = await read(query, options.limit);
    return deliverText(format === "csv" ? csvText(result) : jsonLines(result), options);
  }
  const shown = options.limit ?? defaultLimit;
  // One row more than is shown tells whether there are more.
  const result = await read(query, shown + 1);
  const rows = result.rows.slice(0, shown);
  const more = result.rows.length > shown ? ", and more: see --limit" : "";
  await deliverText(`${printTable({ ...result, rows })}\n`, options);
  process.stderr.write(`${counted(rows.length, "row")}${more}\n`);
  return exitCodes.ok;
}

/** A warehouse elsewhere gives rows as texts, of which nobody can make exact types again. */
async function printParquet(query: string, options: QueryOptions): Promise<ExitCode> {
  const target = readTarget(options);
  const folder = mkdtempSync(path.join(tmpdir(), "mercado-query-"));
  const file = path.join(folder, "rows.parquet");
  try {
    await ofRecord(target, query, async () => {
      const { engine } = await openForReading(target, query, environmentOf(options));
      endOnInterruption(async () => {
        await engine.interrupt();
        rmSync(folder, { recursive: true, force: true });
      });
      try {
        const { limit } = options;
        const limited = limit === undefined ? query : `select * from (${query}\n) limit ${limit}`;
        const rows = await parquetOf(engine, target).writeParquet(limited, file);
        return { answer: file, rows };
      } finally {
        await engine.close();
      }
    });
    return await deliverFile(file, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parquetOf({ files }: Engine, { name }: Target): LocalFiles {
  if (files.kind === "local") return files;
  const message = `The target ${name} gives no Parquet files of queries.`;
  const hint = "Ask for --format csv, or as a role: --role reads the lake's files.";
  throw new Failure([{ code: "ENGINE_UNSUPPORTED", message, hint }]);
}

/** Prints a result as a table, or with `--json` as one object a line. */
export function printRows(result: ResultSet, options: GlobalOptions): ExitCode {
  process.stdout.write(options.json === true ? jsonLines(result) : `${printTable(result)}\n`);
  return exitCodes.ok;
}

/** The rows of a query over what is published; at most `rowLimit`, when given. */
export async function readPublished(
  query: string,
  options: EnvironmentOptions,
  rowLimit?: number,
): Promise<ResultSet> {
  const target = readTarget(options);
  return ofRecord(target, query, async () => {
    const opened = await openForReading(target, query, environmentOf(options));
    return counting(await askAndClose(opened.engine, opened.query, rowLimit));
  });
}

/** Puts a query of one who reads whatever this process can on record. */
export function ofRecord<Answer>(
  target: Target,
  query: string,
  ask: () => Promise<{ readonly answer: Answer; readonly rows: number }>,
): Promise<Answer> {
  const question = { user: askingUser(undefined), target: target.name, statement: query };
  return onRecord(auditTrailOf(target), question, (tellRead) => {
    tellRead({ relations: mentionedRelations(query) });
    return ask();
  });
}

/** A result with the number of its rows, for the record. */
export function counting(answer: ResultSet): {
  readonly answer: ResultSet;
  readonly rows: number;
} {
  return { answer, rows: answer.rows.length };
}

/** The rows of one query, of an engine that is opened for it alone. */
export async function askAndClose(
  engine: Engine,
  query: string,
  rowLimit?: number,
): Promise<ResultSet> {
  endOnInterruption(() => engine.interrupt());
  try {
    return await engine.query(query, rowLimit);
  } finally {
    await engine.close();
  }
}
