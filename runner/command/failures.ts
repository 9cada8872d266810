import { counted } from "../core/counted.ts";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Engine, ResultSet } from "../core/ports.ts";
import { failuresSchema, quoteText } from "../core/sql-text.ts";
import { failuresRunColumn } from "../execute/stored-failures.ts";
import { failuresTable } from "../plan/failures-table.ts";
import { readLedger } from "./ledger-reader.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { openProject } from "./project.ts";
import { printRows } from "./query.ts";

export interface FailuresOptions extends GlobalOptions {
  readonly limit?: number;
}

const defaultLimit = 100;

/** Lists the tests whose breaking rows were kept, or shows those of one: of the last run that the test was part of. */
export async function failuresCommand(
  name: string | undefined,
  options: FailuresOptions,
): Promise<ExitCode> {
  const { project } = await openProject(options);
  const tests = new Map(project.tests.map((test) => [failuresTable(test.name), test.name]));
  const known = [...tests.values()];
  if (name !== undefined && !known.includes(name)) {
    const message = `There is no data test "${name}".`;
    const hint = didYouMean(name, known, "runner failures lists those whose rows were kept.");
    throw new Failure([{ code: "SELECT_NOTHING", message, hint }]);
  }
  return readLedger(options, async (engine) => {
    const kept = await keptTables(engine);
    if (name === undefined) return list(engine, kept, tests, options);
    const table = failuresTable(name);
    if (kept.includes(table)) return show(engine, name, table, options);
    process.stderr.write(
      `No rows of ${name} are kept: it passed when it last ran, or ran without --store-failures.\n`,
    );
    return exitCodes.ok;
  });
}

async function keptTables(engine: Engine): Promise<readonly string[]> {
  const { rows } = await engine.query(
    `select table_name from information_schema.tables where table_schema = ${quoteText(failuresSchema)} order by table_name`,
  );
  return rows.map((row) => `${failuresSchema}.${String(row.table_name)}`);
}

async function list(
  engine: Engine,
  kept: readonly string[],
  tests: ReadonlyMap<string, string>,
  options: FailuresOptions,
): Promise<ExitCode> {
  if (kept.length === 0) {
    process.stderr.write(
      "No rows are kept: every test passed when it last ran, or ran without --store-failures.\n",
    );
    return exitCodes.ok;
  }
  const selects = kept.map(
    (table) =>
      `select ${quoteText(tests.get(table) ?? table)} as test, max(${failuresRunColumn}) as run, count(*) as "rows", ${quoteText(table)} as "table" from ${table}`,
  );
  return printRows(await engine.query(selects.join("\nunion all\n")), options);
}

async function show(
  engine: Engine,
  name: string,
  table: string,
  options: FailuresOptions,
): Promise<ExitCode> {
  const limit = options.limit ?? (options.json === true ? undefined : defaultLimit);
  const { rows: counts } = await engine.query(
    `select count(*) as total, max(${failuresRunColumn}) as run from ${table}`,
  );
  const result = withoutRun(await engine.query(`select * from ${table}`, limit));
  printRows(result, options);
  const total = Number(counts[0]?.total ?? 0);
  const shown = result.rows.length < total ? `${result.rows.length} of ` : "";
  process.stderr.write(
    `${shown}${counted(total, "row")} of ${name}, from the run ${String(counts[0]?.run)}\n`,
  );
  return exitCodes.ok;
}

/** The run is the same in each row, and told once. */
function withoutRun({ columns, rows }: ResultSet): ResultSet {
  const isOwn = (name: string) => name !== failuresRunColumn;
  return {
    columns: columns.filter(({ name }) => isOwn(name)),
    rows: rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => isOwn(name))),
    ),
  };
}
