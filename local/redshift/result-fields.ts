import type { ColumnMetadata } from "@aws-sdk/client-redshift-data";
import type { Row } from "./result-pages.ts";
import type { ResultColumn } from "./sql/execute-statement.ts";

const LONGS = ["int2", "int4", "int8"];
const DOUBLES = ["float4", "float8"];

/** A row in the JSON of the API. Written as text, so that a bigint keeps all its digits. */
export function rowJson(row: Row, columns: readonly ResultColumn[]): string {
  return `[${row.map((value, index) => fieldJson(value, columns[index]?.typeName)).join(",")}]`;
}

export function csvOf(rows: readonly Row[], columns: readonly ResultColumn[] | undefined): string {
  const lines = rows.map((row) => row.map((value) => csvValue(value ?? "")).join(","));
  const header = columns?.map(({ name }) => csvValue(name)).join(",");
  return [...(header === undefined ? [] : [header]), ...lines]
    .map((line) => `${line}\r\n`)
    .join("");
}

export function columnMetadata(column: ResultColumn): ColumnMetadata {
  const isNumber = [...LONGS, ...DOUBLES, "numeric"].includes(column.typeName);
  return {
    isCaseSensitive: ["varchar", "bpchar", "super"].includes(column.typeName),
    isCurrency: false,
    isSigned: isNumber,
    label: column.name,
    name: column.name,
    nullable: column.nullable,
    precision: column.precision,
    scale: column.scale,
    schemaName: "",
    tableName: "",
    typeName: column.typeName,
    length: column.length,
  };
}

function fieldJson(value: string | null, typeName: string | undefined): string {
  if (value === null) return '{"isNull":true}';
  if (typeName === "bool") return `{"booleanValue":${/^t/i.test(value)}}`;
  if (typeName !== undefined && LONGS.includes(typeName)) return `{"longValue":${value}}`;
  if (typeName !== undefined && DOUBLES.includes(typeName)) {
    const isFinite = Number.isFinite(Number(value));
    return `{"doubleValue":${isFinite ? Number(value) : JSON.stringify(value)}}`;
  }
  return `{"stringValue":${JSON.stringify(value)}}`;
}

function csvValue(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
