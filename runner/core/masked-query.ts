import type { Mask, Member, UserAttribute } from "./access.ts";
import { parseColumnType } from "./column-type.ts";
import type { LakeColumn } from "./manifest.ts";
import { maskedValue } from "./mask-sql.ts";
import type { MaskTexts } from "./mask-sql.ts";
import { quoteText } from "./sql-text.ts";

/** A column as somebody sees it: in clear where there is no mask. */
export interface SeenColumn extends LakeColumn {
  readonly mask?: Mask;
}

/** The rows of a query that fit `condition`, by default all, with their columns as they are seen. */
export function maskedQuery(
  rows: string,
  columns: readonly SeenColumn[],
  options: { readonly texts: MaskTexts; readonly maskKey: string; readonly condition?: string },
): string {
  // Apart from the masks, so that a condition can mean nothing but the values themselves.
  const visible =
    options.condition === undefined
      ? `(${rows})`
      : `(select * from (${rows}) as every_row where (${options.condition}))`;
  const seen = columns.map(({ name, type, mask }) => {
    const sql = `visible."${name}"`;
    if (mask === undefined) return sql;
    const parsed = parseColumnType(type) ?? { kind: "varchar" as const };
    return `${maskedValue(mask, { sql, type: parsed }, options)} as "${name}"`;
  });
  return `select ${seen.join(", ")} from ${visible} as visible`;
}

/** A row filter for a member, whose attributes become literals; undefined when it lacks one. */
export function rowCondition(filter: string, member: Member, userName: string): string | undefined {
  const missing: string[] = [];
  const condition = filter.replaceAll(userPlace, (_, attribute: string) => {
    const value = attributeOf(attribute, member, userName);
    if (value === undefined) missing.push(attribute);
    return typeof value === "number" ? String(value) : quoteText(value ?? "");
  });
  return missing.length === 0 ? condition : undefined;
}

const userPlace = /\{\{\s*user\.([\w-]+)\s*\}\}/g;

function attributeOf(
  attribute: string,
  { attributes }: Member,
  userName: string,
): UserAttribute | undefined {
  if (attribute === "name") return userName;
  return Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
}
