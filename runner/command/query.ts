import { existsSync } from "node:fs";
import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Engine, ResultSet } from "../core/ports.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import { zones } from "../core/relation.ts";
import { printTable } from "../record/print-table.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { resolveTarget } from "./target.ts";
import type { Target } from "./target.ts";
import { dialectOf, openLake } from "./warehouse.ts";

/** Rows of a table when `--limit` does not say otherwise. */
const defaultLimit = 100;

export interface QueryOptions extends GlobalOptions {
  readonly limit?: number;
}

/** Runs a query over what is published and prints a table, or with `--json` one object a line. */
export async function queryCommand(sql: string, options: QueryOptions): Promise<ExitCode> {
  return printQuery(sql.trim().replace(/;+\s*$/, ""), options);
}

/** Prints the first rows of a query: a table of `limit` rows, by default 100, or JSON lines, by default of all. */
export async function printQuery(query: string, options: QueryOptions): Promise<ExitCode> {
  if (options.json === true) {
    const limited = options.limit === undefined ? query : limit(query, options.limit);
    return printRows(await readPublished(limited, options), options);
  }
  const shown = options.limit ?? defaultLimit;
  // One row more than is shown tells whether there are more.
  const result = await readPublished(limit(query, shown + 1), options);
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

function limit(query: string, rows: number): string {
  return `select * from (\n${query}\n) as result limit ${rows}`;
}

/** The rows of a query over what is published. */
export async function readPublished(query: string, options: GlobalOptions): Promise<ResultSet> {
  const { project } = await openProject(options);
  const engine = await openForReading(resolveTarget(project, options.target));
  try {
    return await engine.query(query);
  } finally {
    await engine.close();
  }
}

/** The warehouse, read only; while a build holds it, the lake's published manifests instead. */
async function openForReading(target: Target): Promise<Engine> {
  dialectOf(target);
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  if (!existsSync(target.warehouse)) {
    const message = `There is no warehouse ${target.warehouse} yet.`;
    throw new Failure([{ code: "UPSTREAM_MISSING", message, hint: "Build it: runner build" }]);
  }
  try {
    return await openDuckDb({ file: target.warehouse, threads: target.threads, readOnly: true });
  } catch (error) {
    if (!(error instanceof Failure) || error.diagnostics[0]?.code !== "WAREHOUSE_BUSY") throw error;
    process.stderr.write("A build holds the warehouse; reading what the lake has published.\n");
    return openLakeForReading(target);
  }
}

async function openLakeForReading(target: Target): Promise<Engine> {
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const lake = await openLake(target);
  const engine = await openDuckDb({ file: ":memory:", threads: target.threads });
  await engine.transaction(zones.map((zone) => `create schema ${zone}`));
  for (const relation of await lake.relations()) {
    const manifest = await lake.readManifest(relation);
    if (manifest === undefined || manifest.files.length === 0) continue;
    const locations = manifest.files.map((file) => lake.locate(file.key));
    await engine.execute(duckdbDialect.createView(relation, duckdbDialect.parquetQuery(locations)));
  }
  return engine;
}
