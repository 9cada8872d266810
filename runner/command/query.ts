import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Engine, ResultSet } from "../core/ports.ts";
import { printTable } from "../record/print-table.ts";
import { environmentOf } from "./environment.ts";
import { endOnInterruption } from "./interruption.ts";
import { exitCodes } from "./options.ts";
import type { EnvironmentOptions, ExitCode, GlobalOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { openForReading } from "./reader.ts";
import { resolveTarget } from "./target.ts";

/** Rows of a table when `--limit` does not say otherwise. */
const defaultLimit = 100;

export interface QueryOptions extends EnvironmentOptions {
  readonly limit?: number;
}

/** Runs a query over what is published and prints a table, or with `--json` one object a line. */
export async function queryCommand(sql: string, options: QueryOptions): Promise<ExitCode> {
  return printQuery(queryText(sql), options);
}

/** A query as a user wrote it, without the semicolon at its end; none at all is a failure. */
export function queryText(sql: string): string {
  const query = sql.trim().replace(/;+\s*$/, "");
  if (query !== "") return query;
  const hint = 'Write one, such as "select count(*) from gold.sales".';
  throw new Failure([{ code: "CLI_USAGE", message: "There is no query.", hint }]);
}

/** Prints the first rows of a query: a table of `limit` rows, by default 100, or JSON lines, by default of all. */
export async function printQuery(
  query: string,
  options: QueryOptions,
  read: (query: string, rowLimit?: number) => Promise<ResultSet> = (...given) =>
    readPublished(given[0], options, given[1]),
): Promise<ExitCode> {
  if (options.json === true) return printRows(await read(query, options.limit), options);
  const shown = options.limit ?? defaultLimit;
  // One row more than is shown tells whether there are more.
  const result = await read(query, shown + 1);
  const rows = result.rows.slice(0, shown);
  const more = result.rows.length > shown ? ", and more: see --limit" : "";
  printRows({ ...result, rows }, options);
  process.stderr.write(`${counted(rows.length, "row")}${more}\n`);
  return exitCodes.ok;
}

/** Prints a result as a table, or with `--json` as one object a line. */
export function printRows(result: ResultSet, options: GlobalOptions): ExitCode {
  process.stdout.write(
    options.json === true
      ? result.rows.map((row) => `${JSON.stringify(row)}\n`).join("")
      : `${printTable(result)}\n`,
  );
  return exitCodes.ok;
}

/** The rows of a query over what is published; at most `rowLimit`, when given. */
export async function readPublished(
  query: string,
  options: EnvironmentOptions,
  rowLimit?: number,
): Promise<ResultSet> {
  const { project } = await openProject(options);
  const target = resolveTarget(project, options.target);
  const opened = await openForReading(target, query, environmentOf(options));
  return askAndClose(opened.engine, opened.query, rowLimit);
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
