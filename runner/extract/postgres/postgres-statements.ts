import pg from "pg";
import type { PostgresSourceTable } from "../../core/node.ts";
import { fromScaled } from "../../core/scaled-decimal.ts";
import { summedColumns } from "../control-totals.ts";
import { cursorColumn, microsecondsOf } from "../cursor.ts";
import { contractFailure } from "../extract-failure.ts";

const { escapeIdentifier, escapeLiteral } = pg;

function from(table: PostgresSourceTable, since: string | undefined): string {
  const name = `${escapeIdentifier(table.schema)}.${escapeIdentifier(table.table)}`;
  return `from ${name}${condition(table, since)}`;
}

function condition(table: PostgresSourceTable, since: string | undefined): string {
  if (since === undefined) return "";
  const cursor = cursorColumn(table);
  if (cursor === undefined) {
    throw contractFailure(table, {
      message: "only a part of it is asked for, but it declares no cursor.",
      hint: "Declare `extract: incremental` with a cursor, or read it in full.",
    });
  }
  if (microsecondsOf(since) === undefined) throw new Error(`"${since}" is no ISO 8601 timestamp`);
  const column = escapeIdentifier(cursor.name);
  const instant = `${escapeLiteral(since)}::timestamptz`;
  const bound = {
    timestamptz: instant,
    timestamp: `(${instant} at time zone 'UTC')`,
    date: `(${instant} at time zone 'UTC')::date`,
  }[cursor.type.kind];
  // Without a cursor value a row could never be told to be old.
  const orUnknown = cursor.nullable ? ` or ${column} is null` : "";
  return ` where ${column} >= ${bound}${orUnknown}`;
}

/** The rows as CSV in the form that a spool has. */
export function copyStatement(table: PostgresSourceTable, since: string | undefined): string {
  const columns = table.columns.map(({ name }) => escapeIdentifier(name));
  const query = `select ${[...columns, "1"].join(", ")} ${from(table, since)}`;
  return `copy (${query}) to stdout (format csv, encoding 'UTF8')`;
}

/** One row: `rows`, and for each summed column `sum_<position>`. */
export function totalsStatement(table: PostgresSourceTable, since: string | undefined): string {
  const sums = summedColumns(table).map(({ column, scale }, index) => {
    const zero = fromScaled(0n, scale);
    return `coalesce(sum(${escapeIdentifier(column.name)}::numeric), ${zero})::text as sum_${index}`;
  });
  return `select ${["count(*)::text as rows", ...sums].join(", ")} ${from(table, since)}`;
}

export function columnsStatement(table: PostgresSourceTable): string {
  return `
    select
      attribute.attname as name,
      not attribute.attnotnull as nullable,
      format_type(attribute.atttypid, attribute.atttypmod) as native_type,
      case
        when type.typtype = 'd' then format_type(type.typbasetype, type.typtypmod)
        else format_type(attribute.atttypid, attribute.atttypmod)
      end as base_type
    from pg_catalog.pg_attribute as attribute
    join pg_catalog.pg_class as class on class.oid = attribute.attrelid
    join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    join pg_catalog.pg_type as type on type.oid = attribute.atttypid
    where namespace.nspname = ${escapeLiteral(table.schema)}
      and class.relname = ${escapeLiteral(table.table)}
      and class.relkind in ('r', 'p', 'v', 'm', 'f')
      and attribute.attnum > 0
      and not attribute.attisdropped
    order by attribute.attnum`;
}
