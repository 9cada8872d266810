import type { FieldDef } from "pg";
import { RedshiftError, unsupported } from "../redshift-error.ts";
import { numericModifier, resultColumn } from "../result-column.ts";
import type { ResultColumn } from "../statement-result.ts";
import { quotedName } from "../tokens.ts";

/** A column on its way into Parquet. */
export interface UnloadedColumn extends ResultColumn {
  /** DuckDB's type of the text that Postgres sends. */
  readonly read: string;
  /** DuckDB's expression for what is written. */
  readonly written: string;
  /** A numeric whose digits behind the point only its values tell. */
  readonly hasOpenScale: boolean;
}

/** Throws RedshiftError for names that come twice, and for types that UNLOAD cannot write. */
export function unloadedColumns(fields: readonly FieldDef[]): readonly UnloadedColumn[] {
  const names = new Set<string>();
  return fields.map((field) => {
    if (names.has(field.name))
      throw new RedshiftError(`column "${field.name}" specified more than once`, "42701");
    names.add(field.name);
    return unloadedColumn(field);
  });
}

function unloadedColumn(field: FieldDef): UnloadedColumn {
  const column = resultColumn(field);
  const name = quotedName(field.name);
  const as = (read: string, written = name): UnloadedColumn => ({
    ...column,
    read,
    written,
    hasOpenScale: false,
  });
  switch (column.typeName) {
    case "bool":
      return as("BOOLEAN");
    case "int2":
      return as("SMALLINT");
    case "int4":
      return as("INTEGER");
    case "int8":
      return as("BIGINT");
    case "float4":
      return as("FLOAT");
    case "float8":
      return as("DOUBLE");
    case "date":
      return as("DATE");
    case "timestamp":
      return as("TIMESTAMP");
    case "timestamptz":
      // Redshift unloads the time alone, without its zone.
      return as("TIMESTAMPTZ", `${name} at time zone 'UTC' as ${name}`);
    case "varchar":
    case "bpchar":
    case "super":
      return as("VARCHAR");
    case "numeric": {
      if (field.dataTypeModifier < 4) return { ...as("VARCHAR"), hasOpenScale: true };
      const { precision, scale } = numericModifier(field.dataTypeModifier);
      return as(`DECIMAL(${precision}, ${scale})`);
    }
    default:
      throw unsupported(`UNLOAD to PARQUET does not support the type of column "${field.name}"`);
  }
}
