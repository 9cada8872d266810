import pg from "pg";
import type { SourceColumn } from "../../core/source-table.ts";
import type { StoredAs } from "../segment/column-buffer.ts";
import type { Meaning, SegmentColumn } from "../segment/segment-file.ts";

/** How a field of a binary COPY is read. Numbers, because they are told apart for every value. */
export const wire = {
  text: 0,
  int2: 1,
  int4: 2,
  int8: 3,
  boolean: 4,
  float8: 5,
  date: 6,
  timestamp: 7,
  numeric: 8,
} as const;
export type Wire = (typeof wire)[keyof typeof wire];

/** A column on its way out of Postgres: what is asked for, how it arrives, and how it stands in a segment. */
export interface WireColumn {
  readonly column: SourceColumn;
  /** SQL of what is copied. */
  readonly expression: string;
  readonly wire: Wire;
  readonly segment: SegmentColumn;
  /** Whether the segment holds the value itself. Otherwise it holds its text, and the value is made of it by an exact cast. */
  readonly isTyped: boolean;
  /** The longest text that fits, in bytes; infinite where nothing bounds it or the cast looks at it. */
  readonly longest: number;
}

// `oid` of pg_type: fixed in every Postgres.
const oids = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  json: 114,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;

/**
 * Whatever a declared type takes of a live type without a change is copied in Postgres's own binary form. Any other
 * pair is copied as the text that Postgres prints.
 */
export function wireColumn(column: SourceColumn, liveType: number, position: number): WireColumn {
  return typedColumn(column, liveType, position) ?? textColumn(column, liveType, position);
}

/** A column as the text that Postgres prints, whatever its type. */
export function textColumn(column: SourceColumn, liveType: number, position: number): WireColumn {
  return {
    column,
    expression: printed(pg.escapeIdentifier(column.name), liveType),
    wire: wire.text,
    segment: { name: segmentName(position), storedAs: "bytes", meaning: { kind: "text" } },
    isTyped: false,
    longest: Infinity,
  };
}

/** The name of a column in segments and spools, which is free of whatever it is named in the source. */
function segmentName(position: number): string {
  return `c${position}`;
}

/** The text that COPY would write: a cast to text is another one for some types (inet, boolean, character). */
function printed(name: string, liveType: number): string {
  const isTextAlready = [oids.text, oids.varchar, oids.bpchar, oids.json].some(
    (oid) => oid === liveType,
  );
  if (isTextAlready) return name;
  return `case when ${name} is distinct from null then format('%s', ${name}) end`;
}

function typedColumn(
  column: SourceColumn,
  liveType: number,
  position: number,
): WireColumn | undefined {
  const name = pg.escapeIdentifier(column.name);
  const typed = (
    read: Wire,
    storedAs: StoredAs,
    more: { meaning?: Meaning; expression?: string; longest?: number } = {},
  ): WireColumn => {
    const { meaning, expression = name, longest = Infinity } = more;
    return {
      column,
      expression,
      wire: read,
      segment: {
        name: segmentName(position),
        storedAs,
        ...(meaning === undefined ? {} : { meaning }),
      },
      isTyped: true,
      longest,
    };
  };
  const { type } = column;
  switch (type.kind) {
    case "smallint":
      return liveType === oids.int2 ? typed(wire.int2, "int32") : undefined;
    case "integer":
      if (liveType === oids.int2) return typed(wire.int2, "int32");
      return liveType === oids.int4 ? typed(wire.int4, "int32") : undefined;
    case "bigint":
      if (liveType === oids.int2) return typed(wire.int2, "int64");
      if (liveType === oids.int4) return typed(wire.int4, "int64");
      return liveType === oids.int8 ? typed(wire.int8, "int64") : undefined;
    case "decimal":
      if (liveType !== oids.numeric) return undefined;
      return typed(wire.numeric, decimalStorage(type.precision), {
        meaning: { kind: "decimal", precision: type.precision, scale: type.scale },
      });
    case "double":
      if (liveType === oids.float8) return typed(wire.float8, "double");
      // The number that Postgres prints, which is not the one that a real becomes when it is widened.
      return liveType === oids.float4
        ? typed(wire.float8, "double", { expression: `${name}::text::float8` })
        : undefined;
    case "boolean":
      return liveType === oids.bool ? typed(wire.boolean, "boolean") : undefined;
    case "date":
      return liveType === oids.date
        ? typed(wire.date, "int32", { meaning: { kind: "date" } })
        : undefined;
    case "timestamp":
    case "timestamptz":
      return liveType === oids[type.kind]
        ? typed(wire.timestamp, "int64", { meaning: { kind: type.kind } })
        : undefined;
    case "varchar":
      return typed(wire.text, "bytes", {
        meaning: { kind: "text" },
        expression: printed(name, liveType),
        ...(type.length === undefined ? {} : { longest: type.length }),
      });
    case "json":
      // Its text is looked at by the cast: Postgres takes some that other readers of JSON refuse.
      return undefined;
    default:
      return type satisfies never;
  }
}

/** Parquet's rule for the digits that a physical type holds. */
function decimalStorage(precision: number): StoredAs {
  if (precision <= 9) return "int32";
  return precision <= 18 ? "int64" : "fixed16";
}
