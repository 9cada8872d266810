import type { ColumnType } from "../../core/column-type.ts";
import { mostSecondDigits, realBits } from "../../core/source-type.ts";

/**
 * The declared type that holds a Postgres type (as `format_type` names it) exactly; undefined for a numeric without
 * precision, where only the values tell. Types without a counterpart arrive as Postgres prints them.
 */
export function columnTypeOf(nativeType: string): ColumnType | undefined {
  if (nativeType.endsWith("[]")) return { kind: "varchar" };
  const [, name = "", parameters, suffix = ""] =
    /^([a-z ]+?)(?:\(([-\d,]+)\))?( with(?:out)? time zone)?$/.exec(nativeType) ?? [];
  const [first, second = 0] = (parameters ?? "").split(",").filter(Boolean).map(Number);
  switch (`${name}${suffix}`) {
    case "smallint":
    case "integer":
    case "bigint":
    case "boolean":
    case "date":
      return { kind: name as "smallint" | "integer" | "bigint" | "boolean" | "date" };
    case "real":
    case "double precision":
      return { kind: "double" };
    case "timestamp without time zone":
      return { kind: "timestamp" };
    case "timestamp with time zone":
      return { kind: "timestamptz" };
    case "json":
    case "jsonb":
      return { kind: "json" };
    case "numeric":
      return decimalType(first, second);
    case "character varying":
    case "character":
      return first === undefined ? { kind: "varchar" } : { kind: "varchar", length: first };
    case "uuid":
      return { kind: "varchar", length: 36 };
    default:
      return { kind: "varchar" };
  }
}

/** What a Postgres type holds less than the declared type that `columnTypeOf` gives; undefined where it is as much. */
export function precisionOf(nativeType: string): number | undefined {
  if (nativeType === "real") return realBits;
  const digits = /^timestamp\((\d)\)/.exec(nativeType)?.[1];
  return digits === undefined || Number(digits) >= mostSecondDigits ? undefined : Number(digits);
}

function decimalType(precision: number | undefined, scale: number): ColumnType | undefined {
  const fits = precision !== undefined && precision <= 38 && scale >= 0 && scale <= precision;
  return fits ? { kind: "decimal", precision, scale } : undefined;
}
