import { DuckDBInstance } from "@duckdb/node-api";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseColumnType } from "../../core/column-type.ts";
import type { LakeFile } from "../../core/manifest.ts";
import type {
  DynamoDbSourceTable,
  ExtractMode,
  PostgresSourceTable,
  SourceColumn,
} from "../../core/source-table.ts";
import type { Lake } from "../../core/ports.ts";
import { openFolderLake } from "../../lake/folder-lake.ts";

export { failureOf } from "../../core/testing/failure-of.ts";

const place = { file: "sources/test.yml", line: 1, column: 1 };

export const run = { runId: "run1", extractedAt: "2026-01-02T03:04:05.678Z" };

const roots: string[] = [];

export function newLake(): { lake: Lake; root: string } {
  const root = mkdtempSync(join(realpathSync(tmpdir()), "mercado-extract-"));
  roots.push(root);
  return { lake: openFolderLake({ root }), root };
}

export function removeLakes(): void {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
}

/** `name: type`, `name: type from attribute` and, at the end, `not null`. */
export function columns(...declarations: readonly string[]): readonly SourceColumn[] {
  return declarations.map((declaration) => {
    const match = /^(\w+): (.+?)(?: from (\S+))?( not null)?$/.exec(declaration);
    const [, name = "", typeText = "", from, required] = match ?? [];
    const type = parseColumnType(typeText);
    if (type === undefined) throw new Error(`"${declaration}" declares no type`);
    const nullable = required === undefined;
    const base = { name, type, nullable, description: "", place };
    return from === undefined ? base : { ...base, from };
  });
}

interface TableOptions {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly SourceColumn[];
  readonly cursor?: string;
}

function base(options: TableOptions) {
  const extract: ExtractMode =
    options.cursor === undefined
      ? { mode: "full" }
      : { mode: "incremental", cursor: options.cursor, lookbackSeconds: 3600 };
  return {
    kind: "source" as const,
    source: "test",
    relation: `raw.${options.table}` as const,
    description: "",
    tags: [],
    place,
    connection: "test",
    table: options.table,
    key: options.key,
    columns: options.columns,
    extract,
  };
}

export function postgresTable(options: TableOptions & { schema?: string }): PostgresSourceTable {
  return { ...base(options), connector: "postgres", schema: options.schema ?? "public" };
}

export function dynamoDbTable(
  options: TableOptions &
    Pick<DynamoDbSourceTable, "dynamodbTable" | "sortKeyPrefix" | "explode" | "dateIndex">,
): DynamoDbSourceTable {
  const { dynamodbTable, sortKeyPrefix, explode, dateIndex } = options;
  return {
    ...base(options),
    connector: "dynamodb",
    dynamodbTable,
    sortKeyPrefix,
    ...(explode === undefined ? {} : { explode }),
    ...(dateIndex === undefined ? {} : { dateIndex }),
  };
}

export type TextRow = Readonly<Record<string, string | null>>;

/** All values of committed parts as DuckDB prints them, in file order. */
export async function readRows(lake: Lake, files: readonly LakeFile[]): Promise<TextRow[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("set TimeZone = 'UTC'");
    const rows: TextRow[] = [];
    for (const file of files) {
      const reader = await connection.runAndReadAll(
        `select cast(columns(*) as varchar) from read_parquet('${lake.locate(file.key)}', hive_partitioning = false)`,
      );
      rows.push(...(reader.getRowObjects() as TextRow[]));
    }
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Every file in the lake, relative to its root. */
export async function filesIn(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
