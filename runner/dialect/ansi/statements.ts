import type { ColumnType } from "../../core/column-type.ts";
import { printColumnType } from "../../core/column-type.ts";
import type { Dialect } from "../../core/dialect.ts";
import { baseName, zoneOf } from "../../core/relation.ts";
import { insertStatements } from "../../core/insert-statements.ts";
import { physicalSchema, quoteText } from "../../core/sql-text.ts";
import { deltaStatements } from "./delta.ts";
import { snapshotStatements } from "./snapshot.ts";

function literal(
  value: string | null,
  type: ColumnType,
  name: (type: ColumnType) => string,
): string {
  if (value === null) return `cast(null as ${name(type)})`;
  return `cast(${quoteText(value)} as ${name(type)})`;
}

type Shared = Omit<Dialect, "name" | "now" | "describedType" | "files" | "hasMaskedViews">;

/** The statements that DuckDB and Redshift share, word for word. */
export function ansiStatements(typeName: (type: ColumnType) => string = printColumnType): Shared {
  return {
    relation: (relation) => relation,
    physical: (relation, runId) =>
      `${physicalSchema}.${zoneOf(relation)}__${baseName(relation)}__${runId}`,
    columnType: typeName,
    literal: (value, type) => literal(value, type, typeName),
    createTableAs: (name, query) => `create table ${name} as\n${query}`,
    storeTable: (name, query) => [`create table ${name} as\n${query}`],
    createTable: (name, columns) => {
      const list = columns.map(({ name: column, type, byDefault }) => {
        const otherwise = byDefault === undefined ? "" : ` default ${byDefault}`;
        return `    ${column} ${typeName(type)}${otherwise}`;
      });
      return `create table ${name} (\n${list.join(",\n")}\n)`;
    },
    insertRows: (name, rows) => insertStatements(name, rows),
    createView: (name, query) => `create view ${name} as\n${query}`,
    replaceView: (name, query) => [`create or replace view ${name} as\n${query}`],
    dropTable: (name) => `drop table if exists ${name}`,
    dropView: (name) => `drop view if exists ${name}`,
    ...deltaStatements((value, type) => literal(value, type, typeName)),
    ...snapshotStatements,
    emptyQuery: (columns) =>
      `select ${columns.map((column) => `cast(null as ${typeName(column.type)}) as "${column.name}"`).join(", ")} where 1 = 0`,
  };
}
