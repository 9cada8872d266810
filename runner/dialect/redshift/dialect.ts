import { createHash } from "node:crypto";
import type { ColumnType } from "../../core/column-type.ts";
import { printColumnType } from "../../core/column-type.ts";
import type { Dialect } from "../../core/dialect.ts";
import { baseName, zoneOf } from "../../core/relation.ts";
import type { RelationName } from "../../core/relation.ts";
import { physicalSchema, quotePlain } from "../../core/sql-text.ts";
import { ansiStatements } from "../ansi/statements.ts";
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

/** How COPY and UNLOAD name a role. */
export function iamRoleClause(role: string): string {
  return role === "default" ? "iam_role default" : `iam_role ${quotePlain(role)}`;
}

/** A late-binding view: the tables that it reads may be replaced under it. */
const createView = (name: string, query: string) =>
  `create view ${name} as\n${query}\nwith no schema binding`;

/**
 * The longest that a private table's name may begin with, in bytes. Run id and ending come behind it, and all of it has
 * to fit into the 63 bytes that Redshift's relatives take, such as Postgres; Redshift itself takes 127.
 */
const longestBeginning = 28;

/** A relation's zone and name, the end of a long one as a hash of it. */
function beginning(relation: RelationName): string {
  const whole = `${zoneOf(relation)}__${baseName(relation)}`;
  if (whole.length <= longestBeginning) return whole;
  const hash = createHash("sha256").update(relation).digest("hex").slice(0, 8);
  return `${whole.slice(0, longestBeginning - hash.length - 1)}_${hash}`;
}

export function redshiftDialect({ iamRole }: RedshiftSettings): Dialect {
  return {
    ...ansiStatements(typeName),
    name: "redshift",
    now: "sysdate",
    describedType: typeName,
    createView,
    physical: (relation, runId) => `${physicalSchema}.${beginning(relation)}__${runId}`,
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
          `from ${quotePlain(list)}`,
          iamRoleClause(iamRole),
          "format as parquet",
          "manifest",
        ].join("\n"),
    },
  };
}
