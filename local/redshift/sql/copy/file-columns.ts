import { RedshiftError } from "../redshift-error.ts";
import type { TargetColumn } from "./target-columns.ts";

export interface FileColumn {
  readonly name: string;
  /** As DuckDB names it. */
  readonly type: string;
}

export interface FileFit {
  readonly file: string;
  readonly serializesToJson: boolean;
  readonly fillsRecords: boolean;
}

/**
 * Checks that a Parquet file's columns fit the table's, by position. Redshift compares physical types and converts
 * nothing: an int32 is no bigint. Throws RedshiftError.
 */
export function checkFileColumns(
  columns: readonly FileColumn[],
  targets: readonly TargetColumn[],
  fit: FileFit,
): void {
  const tooFew = columns.length < targets.length && !fit.fillsRecords;
  if (tooFew || columns.length > targets.length)
    throw spectrumError(
      `Unmatched number of columns between table and file. Table columns: ${targets.length}, Data columns: ${columns.length}, File name: ${fit.file}`,
    );
  columns.forEach((column, index) => {
    const target = targets[index];
    if (target === undefined || fits(column.type, target, fit.serializesToJson)) return;
    if (isNested(column.type) && target.type === "super")
      throw spectrumError(
        `The column ${column.name} of the file ${fit.file} is nested: loading it into SUPER needs SERIALIZETOJSON`,
      );
    throw spectrumError(
      `File '${fit.file}' has an incompatible Parquet schema for column '${column.name}'. Column type: ${declared(target)}, Parquet schema: ${column.type}`,
    );
  });
}

/** A refusal while reading a columnar file, in the words of Redshift. */
export function spectrumError(context: string, options?: ErrorOptions): RedshiftError {
  return new RedshiftError(
    `Spectrum Scan Error\n  Detail: error: Spectrum Scan Error\n  code: 15001\n  context: ${context}`,
    "XX000",
    options,
  );
}

function isNested(type: string): boolean {
  return /^STRUCT\(|^MAP\(|\[\d*\]$/.test(type);
}

function fits(type: string, target: TargetColumn, serializesToJson: boolean): boolean {
  switch (target.type) {
    case "int2":
      return type === "SMALLINT";
    case "int4":
      return type === "INTEGER";
    case "int8":
      return type === "BIGINT";
    case "float4":
      return type === "FLOAT";
    case "float8":
      return type === "DOUBLE";
    case "bool":
      return type === "BOOLEAN";
    case "date":
      return type === "DATE";
    case "timestamp":
    case "timestamptz":
      return ["TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"].includes(
        type,
      );
    case "varchar":
    case "bpchar":
      return type === "VARCHAR";
    case "super":
      return isNested(type) && serializesToJson;
    case "numeric": {
      const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
      return Number(precision) <= target.precision && Number(scale) === target.scale;
    }
    default:
      return false;
  }
}

function declared({ type, precision, scale, bytes }: TargetColumn): string {
  if (type === "numeric") return `DECIMAL(${precision}, ${scale})`;
  if (bytes !== undefined) return `${type === "bpchar" ? "CHAR" : "VARCHAR"}(${bytes})`;
  return type.toUpperCase();
}
