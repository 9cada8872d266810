import { didYouMean } from "../core/closest.ts";
import type { ColumnType } from "../core/column-type.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { DetectedDeletes, SourceTable } from "../core/source-table.ts";
import type { SourceFile } from "./schema/source.ts";
import type { YamlFile } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-path.ts";

type DeclaredTable = SourceFile["tables"][number];
type RawSettings = Pick<SourceTable, "controlTotals" | "totalsOf" | "deletes" | "partitionBy">;

/** What a source table's YAML says of its raw zone: control totals, deletes, partitions. */
export function readRawSettings(
  yaml: YamlFile<SourceFile>,
  table: DeclaredTable,
  path: YamlPath,
  diagnostics: Diagnostic[],
): RawSettings {
  const report = (at: YamlPath, message: string, hint?: string) => {
    diagnostics.push(yaml.diagnostic("YAML_SCHEMA", [...path, ...at], message, hint));
  };
  const columnOf = (name: string, at: YamlPath) => {
    const names = table.columns.map((column) => column.name);
    const found = table.columns.find((column) => column.name === name);
    if (found === undefined) {
      const message = `${table.name} declares no column "${name}".`;
      report(at, message, didYouMean(name, names, `It has ${names.join(", ")}.`));
    }
    return found;
  };
  table.control_totals?.forEach((name, index) => {
    const at = ["control_totals", index];
    const column = columnOf(name, at);
    if (column !== undefined && !isExactNumber(column.type.type)) {
      report(
        at,
        `The column "${name}" is no exact number, so that its sum cannot be told exactly.`,
      );
    }
  });
  const isInIncrements = table.extract === "incremental";
  const isPostgres = yaml.value.connector === "postgres";
  if (table.totals_of === "table" && isInIncrements && !isPostgres) {
    const hint = "Read the table in full (extract: full), or compare with the extracts alone.";
    report(["totals_of"], `Only Postgres adds up a whole table beside an increment.`, hint);
  }
  if (table.partition_by !== undefined) {
    const column = columnOf(table.partition_by, ["partition_by"]);
    if (column !== undefined && !hasDay(column.type.type)) {
      report(["partition_by"], `The column "${column.name}" is no date or timestamp.`);
    }
  }
  return {
    ...(table.control_totals === undefined ? {} : { controlTotals: table.control_totals }),
    ...(table.totals_of === undefined ? {} : { totalsOf: table.totals_of }),
    ...(table.partition_by === undefined ? {} : { partitionBy: table.partition_by }),
    ...(table.deletes === undefined ? {} : { deletes: readDeletes(table.deletes) }),
  };

  function readDeletes(deletes: NonNullable<DeclaredTable["deletes"]>): DetectedDeletes {
    if (!isInIncrements) {
      const hint =
        "Leave deletes out: what is gone from the source is gone from the next extraction.";
      report(
        ["deletes"],
        `${table.name} is extracted in full, which finds deletes by itself.`,
        hint,
      );
    }
    if (deletes !== "detect") {
      columnOf(deletes.column, ["deletes", "column"]);
      return { by: "column", column: deletes.column };
    }
    if (!isPostgres) {
      const hint = "Scan the table in full instead: extract: full.";
      report(["deletes"], "Only Postgres reads a table's keys without its rows.", hint);
    }
    return { by: "keys" };
  }
}

function isExactNumber({ kind }: ColumnType): boolean {
  return kind === "decimal" || kind === "smallint" || kind === "integer" || kind === "bigint";
}

/** Whether a column's values lie in days. */
export function hasDay({ kind }: ColumnType): boolean {
  return kind === "date" || kind === "timestamp" || kind === "timestamptz";
}
