/** A column's type as project files declare it, apart from any engine. */
export type ColumnType =
  | { readonly kind: "smallint" | "integer" | "bigint" | "double" | "boolean" | "date" }
  | { readonly kind: "timestamp" | "timestamptz" | "json" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  /** `length` is in bytes, as in Redshift; absent stands for the engine's longest. */
  | { readonly kind: "varchar"; readonly length?: number };

const simpleKinds = {
  smallint: "smallint",
  integer: "integer",
  int: "integer",
  bigint: "bigint",
  double: "double",
  "double precision": "double",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  json: "json",
  text: "varchar",
  varchar: "varchar",
} as const satisfies Record<string, ColumnType["kind"]>;

export const columnTypeNames = [...Object.keys(simpleKinds), "decimal(p,s)", "varchar(n)"];

function isSimpleKind(text: string): text is keyof typeof simpleKinds {
  return Object.hasOwn(simpleKinds, text);
}

/** Reads a declared type such as `numeric(10,2)`; undefined when it is none. Precision is 1 to 38. */
export function parseColumnType(text: string): ColumnType | undefined {
  const normal = text.trim().toLowerCase().replace(/\s+/g, " ");
  if (isSimpleKind(normal)) return { kind: simpleKinds[normal] };
  const varchar = /^varchar ?\( ?(\d+) ?\)$/.exec(normal);
  if (varchar) {
    const length = Number(varchar[1]);
    return length >= 1 && length <= 65535 ? { kind: "varchar", length } : undefined;
  }
  const decimal = /^(?:decimal|numeric) ?\( ?(\d+) ?, ?(\d+) ?\)$/.exec(normal);
  if (decimal) {
    const precision = Number(decimal[1]);
    const scale = Number(decimal[2]);
    const fits = precision >= 1 && precision <= 38 && scale <= precision;
    return fits ? { kind: "decimal", precision, scale } : undefined;
  }
  return undefined;
}

export function printColumnType(type: ColumnType): string {
  switch (type.kind) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "varchar":
      return type.length === undefined ? "varchar" : `varchar(${type.length})`;
    default:
      return type.kind;
  }
}
