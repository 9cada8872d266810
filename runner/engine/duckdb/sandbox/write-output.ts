import { closeSync, openSync, writeSync } from "node:fs";
import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from "@duckdb/node-api";
import { csvLine } from "../../../core/csv-text.ts";
import type { DescribedColumn, Row } from "../../../core/ports.ts";
import { quotePlain } from "../../../core/sql-text.ts";
import { rowOf } from "../values.ts";
import type { SandboxOutput, SandboxReply } from "./protocol.ts";

type FileOutput = Extract<SandboxOutput, { readonly kind: "file" }>;

/** Runs a statement and puts its rows where they are wanted; `connection` is another than the statement's. */
export async function writeOutput(
  prepared: DuckDBPreparedStatement,
  connection: DuckDBConnection,
  output: SandboxOutput,
): Promise<SandboxReply> {
  const result = await prepared.stream();
  if (output.kind === "rows") return someRows(result, output.limit);
  return output.format === "parquet"
    ? parquetFile(result, connection, output)
    : textFile(result, output);
}

function columnsOf(result: DuckDBResult): readonly DescribedColumn[] {
  const types = result.columnTypes().map(String);
  return result
    .deduplicatedColumnNames()
    .map((name, index) => ({ name, type: types[index] ?? "" }));
}

async function* rowsOf(result: DuckDBResult): AsyncGenerator<readonly Row[]> {
  const columns = columnsOf(result);
  const names = columns.map(({ name }) => name);
  const types = columns.map(({ type }) => type);
  for await (const chunk of result.yieldRowsJson()) {
    yield chunk.map((values) => rowOf(names, types, values));
  }
}

async function someRows(result: DuckDBResult, limit: number): Promise<SandboxReply> {
  const rows: Row[] = [];
  for await (const some of rowsOf(result)) {
    rows.push(...some.slice(0, limit - rows.length));
    if (rows.length >= limit) break;
  }
  return { kind: "rows", columns: columnsOf(result), rows };
}

async function textFile(result: DuckDBResult, output: FileOutput): Promise<SandboxReply> {
  const { format, path, limit = Infinity, most, mostBytes } = output;
  const columns = columnsOf(result);
  const file = openSync(path, "wx", 0o600);
  let rows = 0;
  let bytes = 0;
  try {
    if (format === "csv") writeSync(file, csvLine(columns.map(({ name }) => name)));
    for await (const some of rowsOf(result)) {
      const kept = some.slice(0, limit - rows);
      const line = format === "csv" ? csvOf : jsonOf;
      bytes += writeSync(file, kept.map(line).join(""));
      rows += kept.length;
      if (rows > most) return { kind: "too_large", what: "rows" };
      if (bytes > mostBytes) return { kind: "too_large", what: "bytes" };
      if (rows >= limit) break;
    }
  } finally {
    closeSync(file);
  }
  return { kind: "file", columns, rows };
}

function csvOf(row: Row): string {
  return csvLine(Object.values(row));
}

function jsonOf(row: Row): string {
  return `${JSON.stringify(row)}\n`;
}

/** The rows are gathered in memory, whose limit is the sandbox's, and then written by the engine with their exact types. */
async function parquetFile(
  result: DuckDBResult,
  connection: DuckDBConnection,
  { path, limit = Infinity, most }: FileOutput,
): Promise<SandboxReply> {
  const columns = columnsOf(result);
  const table = "exported_rows";
  const declared = columns.map(({ name, type }) => `${quoteName(name)} ${type}`);
  await connection.run(`create table ${table} (${declared.join(", ")})`);
  const appender = await connection.createAppender(table);
  let rows = 0;
  for await (const chunk of result) {
    if (rows + chunk.rowCount > limit) chunk.rowCount = limit - rows;
    appender.appendDataChunk(chunk);
    rows += chunk.rowCount;
    if (rows > most) return { kind: "too_large", what: "rows" };
    if (rows >= limit) break;
  }
  appender.closeSync();
  await connection.run(copyStatement(`main.${table}`, columns, path));
  return { kind: "file", columns, rows };
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Parquet has no integer of 128 bits and would take a double for it, which is not exact. */
export function copyStatement(
  table: string,
  columns: readonly DescribedColumn[],
  path: string,
): string {
  const selected = columns.map(({ name, type }) => {
    const exact = type === "HUGEINT" || type === "UHUGEINT" ? "DECIMAL(38,0)" : type;
    return `cast(${quoteName(name)} as ${exact}) as ${quoteName(name)}`;
  });
  return `copy (select ${selected.join(", ")} from ${table}) to ${quotePlain(path)} (format parquet, compression zstd, use_tmp_file false)`;
}
