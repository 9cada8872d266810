import type { MaskingDefinition, RowDefinition } from "../../../core/access-fact.ts";
import type { ColumnType } from "../../../core/column-type.ts";
import { maskedValue } from "../../../core/mask-sql.ts";
import { quoteText } from "../../../core/sql-text.ts";
import { attributesTable } from "./names.ts";

type TypeName = (type: ColumnType) => string;

/** The value of a column, inside a masking policy. */
const value = "value";

export function createMaskingPolicy(
  name: string,
  { mask, type, maskKey }: MaskingDefinition,
  columnType: TypeName,
): string {
  const texts = { columnType, sha256: (text: string) => `sha2(${text}, 256)` };
  const masked = maskedValue(mask, { sql: value, type }, { texts, maskKey });
  return `create masking policy ${name}\nwith (${value} ${columnType(type)})\nusing (${masked})`;
}

/**
 * A row policy and, where it looks members' values up, its right to do so: a policy reads a table only where that was
 * granted, and its readers need none.
 */
export function createRowPolicy(
  name: string,
  { role, filter, columns, attributes }: RowDefinition,
  columnType: TypeName,
): readonly string[] {
  const list = columns.map((column) => `${column.name} ${columnType(column.type)}`).join(", ");
  const condition = filter.replace(/\{\{\s*user\.([\w-]+)\s*\}\}/g, (_, attribute: string) =>
    attribute === "name" ? userName : attributeQuery(role, attribute, attributes[attribute]),
  );
  return [
    `create rls policy ${name}${list === "" ? "" : `\nwith (${list})`}\nusing (${condition})`,
    ...(condition.includes(attributesTable)
      ? [`grant select on table ${attributesTable} to rls policy ${name}`]
      : []),
  ];
}

const userName = "cast(current_user as varchar(128))";

/** Null for who has no such value, which no row equals. */
function attributeQuery(
  role: string,
  attribute: string,
  kept: "integer" | "text" = "text",
): string {
  return `(select max(m.${kept}_value) from ${attributesTable} as m where m.role_name = ${quoteText(role)} and m.attribute_name = ${quoteText(attribute)} and m.member_name = ${userName})`;
}
