import pg from "pg";
import type { PostgresSourceTable } from "../../core/source-table.ts";
import { fromScaled } from "../../core/scaled-decimal.ts";
import { summedColumns } from "../../core/summed-columns.ts";
import { cursorColumn, microsecondsOf } from "../cursor.ts";
import { contractFailure } from "../extract-failure.ts";

const { escapeIdentifier, escapeLiteral } = pg;

/** Which rows of a table are read: from a cursor value on, or those of some of its blocks. Without either, all. */
export interface RowRange {
  readonly since?: string;
  /** From the block `first` up to, and without, the block `end`; the outer ones are open. */
  readonly blocks?: { readonly first?: number; readonly end?: number };
}

function from(table: PostgresSourceTable, { since, blocks }: RowRange): string {
  const name = `${escapeIdentifier(table.schema)}.${escapeIdentifier(table.table)}`;
  const conditions = [
    ...(since === undefined ? [] : [`(${condition(table, since)})`]),
    ...(blocks?.first === undefined ? [] : [`ctid >= '(${blocks.first},0)'`]),
    ...(blocks?.end === undefined ? [] : [`ctid < '(${blocks.end},0)'`]),
  ];
  return `from ${name}${conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`}`;
}

function condition(table: PostgresSourceTable, since: string): string {
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
  return `${column} >= ${bound}${orUnknown}`;
}

/** The rows in Postgres's binary form, each column as its SQL. */
export function copyStatement(
  table: PostgresSourceTable,
  expressions: readonly string[],
  range: RowRange,
): string {
  return `copy (select ${expressions.join(", ")} ${from(table, range)}) to stdout (format binary)`;
}

/** One row: `rows`, and for each summed column `sum_<position>`. Columns that are `exact` numbers in Postgres add up as they are. */
export function totalsStatement(
  table: PostgresSourceTable,
  exact: ReadonlySet<string>,
  range: RowRange,
): string {
  const sums = summedColumns(table).map(({ column, scale }, index) => {
    const name = escapeIdentifier(column.name);
    // Adding numerics takes Postgres several times as long as adding integers.
    const value = exact.has(column.name) ? name : `${name}::numeric`;
    // What may be rejected adds nothing where it is no number of digits, so that the others still add up.
    const isFinite = `${name}::text not in ('NaN', 'Infinity', '-Infinity')`;
    const added =
      table.rejectShare === undefined ? value : `case when ${isFinite} then ${value} end`;
    return `coalesce(sum(${added}), ${fromScaled(0n, scale)})::text as sum_${index}`;
  });
  return `select ${["count(*)::text as rows", ...sums].join(", ")} ${from(table, range)}`;
}

/** One row for each live column: `name`, and the `oid` of its type, of a domain that of the type below it. */
export function liveTypesStatement(table: PostgresSourceTable): string {
  return `
    with recursive base as (
      select attribute.attname as name, attribute.atttypid as oid
      from pg_catalog.pg_attribute as attribute
      where attribute.attrelid = ${relationId(table)}
        and attribute.attnum > 0
        and not attribute.attisdropped
      union all
      select base.name, type.typbasetype
      from base
      join pg_catalog.pg_type as type on type.oid = base.oid and type.typtype = 'd'
    )
    select base.name, base.oid::text as oid
    from base
    join pg_catalog.pg_type as type on type.oid = base.oid and type.typtype <> 'd'`;
}

/**
 * One row: how many `blocks` the largest of a table's parts has, and `bytes` of all of them with what is stored beside
 * the rows. Both are null where blocks cannot be told apart: views, foreign tables, old servers.
 */
export function sizeStatement(table: PostgresSourceTable): string {
  const block = "current_setting('block_size')::bigint";
  return `
    select
      (max(pg_relation_size(class.oid)) / ${block})::text as blocks,
      sum(pg_table_size(class.oid))::text as bytes
    from (
      select ${relationId(table)} as oid
      union
      select relid from pg_partition_tree(${relationId(table)}) where isleaf
    ) as part
    join pg_catalog.pg_class as class on class.oid = part.oid
    having bool_and(class.relkind in ('r', 'p', 'm'))
      and current_setting('server_version_num')::integer >= 140000`;
}

/** Null where there is no such table: this must not fail, for it is asked in the session that keeps the snapshot. */
function relationId(table: PostgresSourceTable): string {
  return `(
    select class.oid
    from pg_catalog.pg_class as class
    join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    where namespace.nspname = ${escapeLiteral(table.schema)}
      and class.relname = ${escapeLiteral(table.table)}
  )`;
}

/** The highest value of a timestamp column, as ISO 8601 in UTC. */
export function latestStatement(table: PostgresSourceTable, column: string): string {
  const highest = `max(${escapeIdentifier(column)})::timestamptz at time zone 'UTC'`;
  return `select to_char(${highest}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as latest ${from(table, {})}`;
}

/** One row for each table or view of a schema: `name`, `description`, and `key` and `indexed` as JSON lists of columns. */
export function tablesStatement(schema: string): string {
  const columnsOf = (condition: string, columns: string) => `
    (
      select json_agg(distinct attribute.attname)
      from pg_catalog.pg_index as index
      cross join lateral unnest(${columns}) as part(number)
      join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = index.indrelid and attribute.attnum = part.number
      where index.indrelid = class.oid and ${condition}
    )`;
  return `
    select
      class.relname as name,
      coalesce(obj_description(class.oid, 'pg_class'), '') as description,
      ${columnsOf("index.indisprimary", "index.indkey::int2[]")}::text as key,
      ${columnsOf("index.indisvalid", "array[index.indkey[0]]")}::text as indexed
    from pg_catalog.pg_class as class
    join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    where namespace.nspname = ${escapeLiteral(schema)}
      and class.relkind in ('r', 'p', 'v', 'm', 'f')
      and not class.relispartition
    order by class.relname`;
}

export function columnsStatement(schema: string, name: string): string {
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
    where namespace.nspname = ${escapeLiteral(schema)}
      and class.relname = ${escapeLiteral(name)}
      and class.relkind in ('r', 'p', 'v', 'm', 'f')
      and attribute.attnum > 0
      and not attribute.attisdropped
    order by attribute.attnum`;
}

/** One row: the source's `now`, and whether it `is_behind` a moment. */
export function clockStatement(since: string): string {
  return `
    select
      to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as now,
      now() < ${escapeLiteral(since)}::timestamptz as is_behind`;
}

/** One row: whether a row `exists` whose cursor is not before a moment. */
export function laterRowStatement(table: PostgresSourceTable, since: string): string {
  const cursor = escapeIdentifier(cursorColumn(table)?.name ?? "");
  return `select exists (select 1 ${from(table, { since })} and ${cursor} is not null) as exists`;
}

/**
 * The `last` value of the ascending sequence that a column's values come from, as a text; 0 where it was never asked. No row where the column
 * has none, or the role may not look.
 */
export function sequenceStatement(table: PostgresSourceTable, column: string): string {
  const name = `${escapeIdentifier(table.schema)}.${escapeIdentifier(table.table)}`;
  return `
    select coalesce(pg_sequence_last_value(sequence.seqrelid), 0)::text as last
    from pg_catalog.pg_sequence as sequence
    where sequence.seqrelid = pg_get_serial_sequence(${escapeLiteral(name)}, ${escapeLiteral(column)})::regclass
      and sequence.seqincrement > 0
      and not sequence.seqcycle
      and has_sequence_privilege(sequence.seqrelid, 'usage, select')`;
}

export function highestKeyStatement(table: PostgresSourceTable, column: string): string {
  return `select max(${escapeIdentifier(column)})::text as highest ${from(table, {})}`;
}
