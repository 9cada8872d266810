import type { Diagnostic } from "../core/diagnostic.ts";
import type { GenericTest } from "../core/data-test.ts";
import type { ExtractMode, SourceColumn, SourceTable } from "../core/source-table.ts";
import { relationName } from "../core/relation.ts";
import type { TextFile } from "../load/project-files.ts";
import { reportTwice } from "./contract.ts";
import { readFreshness } from "./source-freshness.ts";
import { quarantinesOf } from "./quarantine.ts";
import { readRawSettings } from "./raw-settings.ts";
import { sourceSchema } from "./schema/source.ts";
import type { SourceFile } from "./schema/source.ts";
import type { TestMacro } from "./test-macros.ts";
import { checkColumns } from "./test-reader.ts";
import { readGenericTests } from "./tests.ts";
import { readYaml } from "./yaml-file.ts";
import type { YamlFile } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-path.ts";

export interface ParsedSources {
  readonly tables: readonly SourceTable[];
  readonly tests: readonly GenericTest[];
  readonly diagnostics: readonly Diagnostic[];
}

export function parseSources(
  files: readonly TextFile[],
  macros: ReadonlyMap<string, TestMacro> = new Map(),
): ParsedSources {
  const tables: SourceTable[] = [];
  const tests: GenericTest[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const parsed = readYaml(file, sourceSchema);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value === undefined) continue;
    const yaml = parsed.value;
    yaml.value.tables.forEach((declared, index) => {
      const path = ["tables", index];
      const table = readTable(yaml, index, diagnostics);
      tables.push(table);
      reportTwice(yaml, declared.columns, [...path, "columns"], diagnostics);
      const columnNames = table.columns.map((column) => column.name);
      const { relation, tags } = table;
      const reader = { yaml, relation, columnNames, tags, macros, diagnostics };
      checkColumns(reader, declared.key, [...path, "key"]);
      // An increment may bring a row again, so raw tables hold no key; only their columns are tested.
      tests.push(...readGenericTests(reader, { ...declared, key: [] }, path));
    });
  }
  const quarantines = quarantinesOf(tables);
  return {
    tables: [...tables, ...quarantines.tables],
    tests,
    diagnostics: [...diagnostics, ...quarantines.diagnostics],
  };
}

function readTable(
  yaml: YamlFile<SourceFile>,
  index: number,
  diagnostics: Diagnostic[],
): SourceTable {
  const source = yaml.value;
  const path: YamlPath = ["tables", index];
  const base = (table: SourceFile["tables"][number], columns: readonly SourceColumn[]) => ({
    kind: "source" as const,
    relation: relationName("raw", table.name),
    source: source.source,
    table: table.name,
    description: table.description,
    tags: [...source.tags, ...table.tags],
    owner: table.owner ?? source.owner,
    place: yaml.place(path),
    key: table.key,
    columns,
    extract: readMode(yaml, table, path, diagnostics),
    ...(table.on_schema_change === undefined ? {} : { schemaPolicy: table.on_schema_change }),
    ...(table.rejects === undefined ? {} : { rejectShare: table.rejects }),
    ...readFreshness(yaml, table, path, diagnostics),
    connection: source.connection,
    ...readRawSettings(yaml, table, path, diagnostics),
  });
  if (source.connector === "postgres") {
    const table = at(source.tables, index);
    return {
      ...base(table, readColumns(yaml, table, path)),
      connector: "postgres",
      schema: source.schema,
    };
  }
  const items = {
    dynamodbTable: source.dynamodb_table,
    sortKey: source.sort_key,
  };
  if (source.connector === "dynamodb_export") {
    const table = at(source.tables, index);
    return {
      ...base(table, readColumns(yaml, table, path)),
      ...items,
      connector: "dynamodb_export",
      sortKeyPrefix: table.sort_key_prefix,
      explode: table.explode,
    };
  }
  const table = at(source.tables, index);
  return {
    ...base(table, readColumns(yaml, table, path)),
    ...items,
    connector: "dynamodb",
    sortKeyPrefix: table.sort_key_prefix,
    explode: table.explode,
    dateIndex: table.date_index && {
      name: table.date_index.name,
      partitionKey: table.date_index.partition_key,
      sortKey: table.date_index.sort_key,
      prefix: table.date_index.prefix,
      shards: table.date_index.shards,
    },
  };
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no table at ${index}`);
  return item;
}

type DeclaredTable = SourceFile["tables"][number];

function readColumns(
  yaml: YamlFile<SourceFile>,
  table: DeclaredTable,
  path: YamlPath,
): SourceColumn[] {
  return table.columns.map((column, index) => ({
    name: column.name,
    ...column.type,
    nullable: column.nullable,
    description: column.description,
    place: yaml.place([...path, "columns", index]),
    ...(column.class === undefined ? {} : { classes: column.class }),
    from: "from" in column ? column.from : undefined,
  }));
}

function readMode(
  yaml: YamlFile<SourceFile>,
  table: DeclaredTable,
  path: YamlPath,
  diagnostics: Diagnostic[],
): ExtractMode {
  if (table.extract === "full") return { mode: "full" };
  const cursor = table.columns.find((column) => column.name === table.cursor);
  if (cursor === undefined) {
    const message =
      table.cursor === undefined
        ? `${table.name} is extracted incrementally but names no cursor.`
        : `${table.name} declares no column "${table.cursor}" to be its cursor.`;
    const hint = "Name the column that grows whenever a row changes: cursor: updated_at.";
    diagnostics.push(yaml.diagnostic("YAML_SCHEMA", [...path, "cursor"], message, hint));
    return { mode: "full" };
  }
  const { kind } = cursor.type.type;
  if (kind !== "timestamptz" && kind !== "timestamp") {
    const message = `The cursor "${cursor.name}" is no timestamp.`;
    diagnostics.push(yaml.diagnostic("YAML_SCHEMA", [...path, "cursor"], message));
  }
  return { mode: "incremental", cursor: cursor.name, lookbackSeconds: table.lookback ?? 0 };
}
