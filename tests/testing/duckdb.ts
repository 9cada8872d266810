import { DuckDBInstance } from "@duckdb/node-api";

/** The rows of a query, each value as the text that DuckDB prints; a new, empty database for each call. */
export async function rowsOf(...statements: readonly string[]): Promise<(string | null)[][]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    let rows: (string | null)[][] = [];
    for (const statement of statements) {
      const reader = await connection.runAndReadAll(statement);
      rows = reader
        .getRows()
        .map((row) => row.map((value) => (value === null ? null : String(value))));
    }
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** An expression's value as DuckDB prints it, in a session whose zone is not UTC. */
export async function valueOf(expression: string): Promise<string | null | undefined> {
  const [row] = await rowsOf("set timezone = 'Asia/Manila'", `select ${expression}`);
  return row?.[0];
}
