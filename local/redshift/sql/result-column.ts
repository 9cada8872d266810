import type { FieldDef } from "pg";
import type { ResultColumn } from "./statement-result.ts";

/** The bytes of a varchar without a length of its own; Redshift derives shorter ones for most expressions. */
const longestVarchar = 65535;

/** Describes a column of a result as Redshift would; Postgres's text and json types cannot be columns in Redshift. */
export function resultColumn(field: FieldDef): ResultColumn {
  const { name, dataTypeID, dataTypeModifier } = field;
  const type = (typeName: string, length: number, precision = 0, scale = 0): ResultColumn => ({
    name,
    typeName,
    precision,
    scale,
    length,
    nullable: 1,
  });
  switch (dataTypeID) {
    case 16:
      return type("bool", 1);
    case 21:
      return type("int2", 2, 5);
    case 23:
      return type("int4", 4, 10);
    case 20:
      return type("int8", 8, 19);
    case 26:
      return type("oid", 4, 10);
    case 700:
      return type("float4", 4, 8, 8);
    case 701:
      return type("float8", 8, 17, 17);
    case 1700: {
      const { precision, scale } = numericModifier(dataTypeModifier);
      return type("numeric", 0, precision, scale);
    }
    case 1082:
      return type("date", 4, 13);
    case 1083:
      return type("time", 8, 15, 6);
    case 1266:
      return type("timetz", 12, 21, 6);
    case 1114:
      return type("timestamp", 8, 29, 6);
    case 1184:
      return type("timestamptz", 8, 35, 6);
    case 1186:
      return type("interval", 16, 49);
    case 1042: {
      const bytes = dataTypeModifier < 4 ? 1 : dataTypeModifier - 4;
      return type("bpchar", bytes, bytes);
    }
    case 19:
      return type("name", 64, 64);
    case 17:
      return type("varbyte", 64000, 64000);
    case 114:
    case 3802:
      return type("super", 0);
    default: {
      const bytes = dataTypeModifier < 4 ? longestVarchar : dataTypeModifier - 4;
      return type("varchar", bytes, bytes);
    }
  }
}

/** Postgres keeps (precision << 16 | scale) + 4. What has no scale of its own is told as 38 digits with 0 behind the point. */
export function numericModifier(modifier: number): { precision: number; scale: number } {
  if (modifier < 4) return { precision: 38, scale: 0 };
  return { precision: ((modifier - 4) >> 16) & 0xffff, scale: (modifier - 4) & 0x7ff };
}
