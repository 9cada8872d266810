import type { ColumnMetadata } from "@aws-sdk/client-redshift-data";

const words: Readonly<Record<string, string>> = {
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  float4: "real",
  float8: "double precision",
  bool: "boolean",
};

/** A result column's type in the words of a declaration, such as `decimal(10,2)` and `varchar(256)`. */
export function typeWords({ typeName = "", precision, scale, length }: ColumnMetadata): string {
  const name = typeName.toLowerCase();
  // Of a text, `precision` is the length; `length` is filled in by some versions of the service only.
  const size = precision !== undefined && precision > 0 ? precision : (length ?? 0);
  switch (name) {
    case "numeric":
    case "decimal":
      return `decimal(${precision ?? 0},${scale ?? 0})`;
    case "varchar":
    case "text":
      return size > 0 ? `varchar(${size})` : "varchar";
    case "bpchar":
    case "char":
      return size > 0 ? `char(${size})` : "char";
    default:
      return words[name] ?? name;
  }
}

/** A result's column names, each once: a second `a` is `a:1`. */
export function columnNames(columns: readonly ColumnMetadata[]): string[] {
  const seen = new Map<string, number>();
  return columns.map(({ label, name }) => {
    const wanted = label ?? name ?? "";
    const count = seen.get(wanted) ?? 0;
    seen.set(wanted, count + 1);
    return count === 0 ? wanted : `${wanted}:${count}`;
  });
}
