import { parseColumnType, printColumnType } from "./column-type.ts";

export interface DeclaredType {
  /** As a contract declares it. */
  readonly type: string;
  /** False where no declaration holds all values of the described type, and this is the nearest. */
  readonly isExact: boolean;
}

const nearest: Readonly<Record<string, string>> = {
  TINYINT: "smallint",
  UTINYINT: "smallint",
  USMALLINT: "integer",
  UINTEGER: "bigint",
  HUGEINT: "bigint",
  UHUGEINT: "bigint",
  UBIGINT: "bigint",
  FLOAT: "double",
  "TIMESTAMP WITH TIME ZONE": "timestamptz",
};

const exact = new Set(["TIMESTAMP WITH TIME ZONE"]);

/** The declaration for a type as DuckDB describes it; what has none, such as a list, becomes a text. */
export function declaredType(described: string): DeclaredType {
  const name = described.toUpperCase();
  const known = parseColumnType(name);
  if (known !== undefined) return { type: printColumnType(known), isExact: true };
  const type = nearest[name] ?? (name.startsWith("TIMESTAMP") ? "timestamp" : "varchar");
  return { type, isExact: exact.has(name) };
}
