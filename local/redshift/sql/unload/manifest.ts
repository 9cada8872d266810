import type { ResultColumn } from "../statement-result.ts";

export interface UnloadedFile {
  readonly url: string;
  readonly rows: number;
  readonly bytes: number;
}

const typeNames: Readonly<Record<string, string>> = {
  bool: "boolean",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  float4: "real",
  float8: "double precision",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  varchar: "character varying",
  bpchar: "character",
};

/** The manifest that UNLOAD writes beside its files, in the form of Redshift's guide. */
export function unloadManifest(
  files: readonly UnloadedFile[],
  columns: readonly ResultColumn[],
  kind: "plain" | "verbose",
): string {
  const isVerbose = kind === "verbose";
  const entries = files.map(({ url, rows, bytes }) => ({
    url,
    meta: { content_length: bytes, ...(isVerbose ? { record_count: rows } : {}) },
  }));
  if (!isVerbose) return JSON.stringify({ entries }, null, 2);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return JSON.stringify(
    {
      entries,
      schema: { elements: columns.map((column) => ({ name: column.name, type: typeOf(column) })) },
      meta: {
        content_length: sum(files.map(({ bytes }) => bytes)),
        record_count: sum(files.map(({ rows }) => rows)),
      },
      author: { name: "Amazon Redshift", version: "1.0.0" },
    },
    null,
    2,
  );
}

function typeOf({ typeName, precision, scale, length }: ResultColumn) {
  const base = typeNames[typeName] ?? typeName;
  switch (typeName) {
    case "numeric":
      return { base, precision, scale };
    case "varchar":
    case "bpchar":
      return { base, max_length: length };
    default:
      return { base };
  }
}
