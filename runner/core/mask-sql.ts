import type { Mask } from "./access.ts";
import type { ColumnType } from "./column-type.ts";
import { quoteText } from "./sql-text.ts";

/** Of an engine, what a masked value is written with. */
export interface MaskTexts {
  columnType(type: ColumnType): string;
  /** The SHA-256 of a text in lower-case hexadecimal; both are SQL. */
  sha256(text: string): string;
}

/** A column or any other value, as SQL. */
interface PlainValue {
  readonly sql: string;
  readonly type: ColumnType;
}

/** In characters. */
const hashLength = 64;

/** The mask that a column of this type gets: a hash is a text, so that anything else is hidden instead. */
export function maskOfType(mask: Mask, { kind }: ColumnType): Mask {
  return mask.kind === "hash" && kind !== "varchar" ? { kind: "hide" } : mask;
}

/** What those see of a value who may not see it, of the value's own type. Null stays null under a hash. */
export function maskedValue(
  mask: Mask,
  { sql, type }: PlainValue,
  { texts, maskKey }: { readonly texts: MaskTexts; readonly maskKey: string },
): string {
  const typeName = texts.columnType(type);
  const fitting = maskOfType(mask, type);
  switch (fitting.kind) {
    case "hide":
      return `cast(null as ${typeName})`;
    case "hash": {
      const hash = texts.sha256(`${quoteText(maskKey)} || ${sql}`);
      const length = type.kind === "varchar" ? (type.length ?? hashLength) : hashLength;
      const fits = length < hashLength ? `substring(${hash}, 1, ${length})` : hash;
      return `cast(case when ${sql} is null then null else ${fits} end as ${typeName})`;
    }
    case "expression":
      return `cast(${fitting.sql.replace(/\{\{\s*column\s*\}\}/g, () => sql)} as ${typeName})`;
    default:
      return fitting satisfies never;
  }
}
