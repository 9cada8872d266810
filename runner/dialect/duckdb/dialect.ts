import type { ColumnType } from "../../core/column-type.ts";
import { printColumnType } from "../../core/column-type.ts";
import type { FileDialect } from "../../core/dialect.ts";
import { quotePlain } from "../../core/sql-text.ts";
import { ansiStatements } from "../ansi/statements.ts";

/** DuckDB keeps no varchar length; its description says plain VARCHAR. */
function describedType(type: ColumnType): string {
  switch (type.kind) {
    case "varchar":
      return "VARCHAR";
    case "timestamptz":
      return "TIMESTAMP WITH TIME ZONE";
    case "decimal":
    case "smallint":
    case "integer":
    case "bigint":
    case "double":
    case "boolean":
    case "date":
    case "timestamp":
    case "json":
      return printColumnType(type).toUpperCase();
  }
}

export const duckdbDialect: FileDialect = {
  ...ansiStatements(),
  name: "duckdb",
  now: "cast(current_timestamp as timestamp)",
  hasMaskedViews: false,
  describedType,
  files: {
    kind: "in_place",
    // By name: files of earlier runs may lack a column that the source has gained since. No folder's `run=` is a column.
    parquetQuery: (locations, columns) => {
      const selected = columns?.map(({ name, type, isAbsent }) => {
        const value = isAbsent ? "null" : `"${name}"`;
        return `cast(${value} as ${printColumnType(type)}) as "${name}"`;
      });
      return `select ${selected?.join(", ") ?? "*"} from read_parquet([${locations.map(quotePlain).join(", ")}], union_by_name = true, hive_partitioning = false)`;
    },
  },
};
