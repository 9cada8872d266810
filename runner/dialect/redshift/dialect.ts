import type { ColumnType } from "../../core/column-type.ts";
import { printColumnType } from "../../core/column-type.ts";
import type { Dialect } from "../../core/dialect.ts";
import { iamRoleClause, redshiftLiteral } from "../../core/redshift-text.ts";
import { physicalSchema } from "../../core/sql-text.ts";
import { ansiStatements } from "../ansi/statements.ts";
import { physicalName } from "./physical-name.ts";
import { storeTable } from "./store-table.ts";

export interface RedshiftSettings {
  /** By which the cluster reads and writes the bucket: an ARN, or `default` for the one that it was given. */
  readonly iamRole: string;
}

/** The longest varchar, in bytes; one without a length would be of 256. */
const longestText = 65_535;

function typeName(type: ColumnType): string {
  switch (type.kind) {
    case "varchar":
      return `varchar(${type.length ?? longestText})`;
    case "json":
      return `varchar(${longestText})`;
    case "double":
      return "double precision";
    case "decimal":
    case "smallint":
    case "integer":
    case "bigint":
    case "boolean":
    case "date":
    case "timestamp":
    case "timestamptz":
      return printColumnType(type);
  }
}

/** A late-binding view: the tables that it reads may be replaced under it. */
const createView = (name: string, query: string) =>
  `create view ${name} as\n${query}\nwith no schema binding`;

export function redshiftDialect({ iamRole }: RedshiftSettings): Dialect {
  return {
    ...ansiStatements(typeName),
    name: "redshift",
    now: "sysdate",
    hasMaskedViews: true,
    longestText,
    describedType: typeName,
    createView,
    physical: (relation, runId) => `${physicalSchema}.${physicalName(relation, runId)}`,
    storeTable: (name, query, table) => storeTable(name, query, { ...table, typeName }),
    // Documented: a view can be replaced by one of the same columns alone, and only so keeps the rights on it.
    replaceView: (name, query, { hasSameColumns } = { hasSameColumns: false }) =>
      hasSameColumns
        ? [createView(name, query).replace("create view", "create or replace view")]
        : [`drop view if exists ${name}`, createView(name, query)],
    files: {
      kind: "copied",
      copy: (table, columns, list) =>
        [
          `copy ${table} (${columns.join(", ")})`,
          `from ${redshiftLiteral(list)}`,
          iamRoleClause(iamRole),
          "format as parquet",
          "manifest",
        ].join("\n"),
    },
  };
}
