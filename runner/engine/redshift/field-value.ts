import type { ColumnMetadata, Field } from "@aws-sdk/client-redshift-data";
import type { Value } from "../../core/ports.ts";

/**
 * A field as the other engine tells it: decimals are text, integers beyond 2^53 too, dates and timestamps text without
 * trailing zeros (`2026-03-01 10:00:00.5`, with a zone `…+00`), SUPER values JSON text.
 */
export function fieldValue(field: Field, column: ColumnMetadata | undefined): Value {
  if (field.isNull === true) return null;
  if (field.booleanValue !== undefined) return field.booleanValue;
  if (field.longValue !== undefined) return integerValue(String(field.longValue));
  if (field.doubleValue !== undefined) return doubleValue(field.doubleValue);
  if (field.stringValue !== undefined) return textValue(field.stringValue, column?.typeName);
  if (field.blobValue !== undefined) return Buffer.from(field.blobValue).toString("hex");
  return null;
}

function integerValue(text: string): Value {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** The protocol tells what JSON has no number for as text: NaN and the infinities. */
function doubleValue(value: number): Value {
  return Number.isFinite(value) ? value : String(value);
}

function textValue(text: string, type = ""): Value {
  switch (type) {
    case "int2":
    case "int4":
    case "int8":
      return integerValue(text);
    case "timestamp":
    case "timestamptz":
    case "time":
    case "timetz":
      return text.replace(/(:\d\d)\.(\d*?)0*(?=$|[+-])/, (_, seconds: string, fraction: string) =>
        fraction === "" ? seconds : `${seconds}.${fraction}`,
      );
    default:
      return text;
  }
}
