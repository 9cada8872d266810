import type { Engine } from "../core/ports.ts";
import { failuresSchema, quoteText } from "../core/sql-text.ts";

/** What tells which run left the rows of a failures table. */
export const failuresRunColumn = "_test_run_id";

/** The tables of rows that broke data tests: each holds those of the test's last run, and there is none when it passed. */
export class StoredFailures {
  #known: Promise<ReadonlySet<string>> | undefined;

  /** Replaces the rows of a test. */
  async store(
    engine: Engine,
    table: string,
    rows: { readonly query: string; readonly runId: string },
  ): Promise<void> {
    const run = `cast(${quoteText(rows.runId)} as varchar(64)) as ${failuresRunColumn}`;
    await engine.transaction([
      `drop table if exists ${table}`,
      `create table ${table} as\nselect ${run}, failing.*\nfrom (\n${rows.query}\n) as failing`,
    ]);
  }

  /** Removes what an earlier run left of a test. */
  async remove(engine: Engine, table: string): Promise<void> {
    this.#known ??= readTables(engine);
    if ((await this.#known).has(table)) await engine.execute(`drop table if exists ${table}`);
  }
}

async function readTables(engine: Engine): Promise<ReadonlySet<string>> {
  const { rows } = await engine.query(
    `select table_name from information_schema.tables where table_schema = ${quoteText(failuresSchema)}`,
  );
  return new Set(rows.map((row) => `${failuresSchema}.${String(row.table_name)}`));
}
