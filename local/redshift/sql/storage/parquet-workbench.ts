import type { DuckDBConnection } from "@duckdb/node-api";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for files on their way, and DuckDB, which reads and writes Parquet. */
export interface ParquetWorkbench {
  readonly folder: string;
  readonly duckdb: DuckDBConnection;
  /** Rows as text, by column name. */
  ask(query: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
}

/** Runs `use` with a workbench that goes with everything in it. */
export async function withWorkbench<Result>(
  use: (workbench: ParquetWorkbench) => Promise<Result>,
): Promise<Result> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const folder = await mkdtemp(join(tmpdir(), "redshift-local-"));
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: "512MB",
    temp_directory: join(folder, "spilled"),
  });
  try {
    const duckdb = await instance.connect();
    await duckdb.run("set timezone = 'UTC'");
    const ask = async (query: string) => {
      const reader = await duckdb.runAndReadAll(query);
      const names = reader.columnNames();
      return reader
        .getRows()
        .map((row) =>
          Object.fromEntries(
            row.map((value, index) => [names[index] ?? "", value === null ? null : String(value)]),
          ),
        );
    };
    return await use({ folder, duckdb, ask });
  } finally {
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}
