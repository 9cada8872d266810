import type { ColumnType } from "./column-type.ts";
import { toScaled } from "./scaled-decimal.ts";
import { isJson } from "./typed-text.ts";

const bits = { smallint: 15n, integer: 31n, bigint: 63n } as const;
const date = /^\d{4,6}-\d\d-\d\d$/;
const timestamp = /^\d{4,6}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6}0*)?$/;
const zone = /(Z|[+-]\d\d(:?\d\d)?)$/;

/** Whether a text is taken as a value of a type. For samples: an extraction itself decides by its exact casts. */
export function fits(type: ColumnType, text: string): boolean {
  switch (type.kind) {
    case "smallint":
    case "integer":
    case "bigint": {
      const value = toScaled(text, 0);
      const limit = 1n << bits[type.kind];
      return value !== undefined && value < limit && value >= -limit;
    }
    case "decimal": {
      const value = toScaled(text, type.scale);
      const limit = 10n ** BigInt(type.precision);
      return value !== undefined && value < limit && value > -limit;
    }
    case "double":
      return text === "NaN" || /^[+-]?Infinity$/.test(text) || isFinite(Number(text || "x"));
    case "boolean":
      return /^(t|f|true|false)$/.test(text);
    case "date":
      return date.test(text);
    case "timestamp":
      return timestamp.test(text);
    case "timestamptz":
      return zone.test(text) && timestamp.test(text.replace(zone, ""));
    case "json":
      return isJson(text);
    case "varchar":
      return type.length === undefined || Buffer.byteLength(text) <= type.length;
  }
}
