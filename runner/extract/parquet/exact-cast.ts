import { printColumnType, type ColumnType } from "../../core/column-type.ts";

/** A column as it arrives: text, or null. */
export interface TextColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** Of a text that fits, in bytes, whatever the type says; absent is any. */
  readonly longest?: number;
}

const date = "[0-9]{4,6}-[0-9]{2}-[0-9]{2}";
const time = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6}0*)?";
const zone = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)";

/**
 * What a text must look like to be taken as the type without a change. DuckDB's own casts round, truncate and guess;
 * infinity and NaN have no place in a decimal or a timestamp of a Parquet file.
 */
function pattern(type: ColumnType): string | undefined {
  switch (type.kind) {
    case "smallint":
    case "integer":
    case "bigint":
      return "[+-]?[0-9]+(\\.0*)?";
    case "decimal":
      return `[+-]?([0-9]+(\\.[0-9]{0,${type.scale}}0*)?|\\.[0-9]{1,${Math.max(type.scale, 1)}}0*)`;
    case "double":
      return "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|[+-]?Infinity";
    case "boolean":
      return "t|f|true|false";
    case "date":
      return date;
    case "timestamp":
      return `${date}[ T]${time}`;
    case "timestamptz":
      return `${date}[ T]${time}${zone}`;
    case "json":
    case "varchar":
      return undefined;
  }
}

/** The type's name in DuckDB. */
export function duckdbType(type: ColumnType): string {
  switch (type.kind) {
    case "varchar":
      return "varchar";
    case "smallint":
    case "integer":
    case "bigint":
    case "double":
    case "boolean":
    case "date":
    case "timestamp":
    case "timestamptz":
    case "json":
    case "decimal":
      return printColumnType(type);
  }
}

/** SQL that is true for a text that has the form of the column. */
export function acceptance({ type, longest }: TextColumn, text: string): string {
  const form = acceptanceOfType(type, text);
  return longest === undefined ? form : `(${form} and strlen(${text}) <= ${longest})`;
}

function acceptanceOfType(type: ColumnType, text: string): string {
  switch (type.kind) {
    case "varchar":
      return type.length === undefined ? "true" : `strlen(${text}) <= ${type.length}`;
    case "json":
      return `json_valid(${text})`;
    case "decimal":
    case "smallint":
    case "integer":
    case "bigint":
    case "double":
    case "boolean":
    case "date":
    case "timestamp":
    case "timestamptz":
      return `regexp_full_match(${text}, '${pattern(type) ?? ""}')`;
  }
}

/** SQL for the value of a text of that form; null where there is none. */
export function conversion(type: ColumnType, text: string): string {
  const cast = `try_cast(${text} as ${duckdbType(type)})`;
  // A number too large for a double would become infinity.
  return type.kind === "double"
    ? `case when isinf(${cast}) and not contains(${text}, 'Inf') then null else ${cast} end`
    : cast;
}

/** SQL for the typed value of `text`, a column's expression; what does not fit evaluates `refusal`. */
export function exactCast(column: TextColumn, text: string, refusal: string): string {
  const type = duckdbType(column.type);
  const absent = column.nullable ? `cast(null as ${type})` : refusal;
  return (
    `case when ${text} is null then ${absent} ` +
    `when ${acceptance(column, text)} then coalesce(${conversion(column.type, text)}, ${refusal}) ` +
    `else ${refusal} end`
  );
}
