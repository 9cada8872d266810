import type { ColumnType } from "./column-type.ts";
import { relationName, type RelationName, baseName, zoneOf } from "./relation.ts";

/** Why a value is not taken; the words of the quarantine's `reason`. */
const rejectReasons = [
  "null",
  "not_a_number",
  "not_an_integer",
  "too_precise",
  "out_of_range",
  "too_long",
  "not_a_boolean",
  "invalid_date",
  "invalid_timestamp",
  "invalid_json",
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** The relation of the rows of a source table that its raw relation does not take. */
export function quarantineRelation(relation: RelationName): RelationName {
  return relationName(zoneOf(relation), quarantineName(baseName(relation)));
}

export function quarantineName(table: string): string {
  return `${table}__rejected`;
}

/** Whether a column of a quarantine holds what the source sent, and with it whatever the source's columns may hold. */
export function holdsSourceValues({ name }: { readonly name: string }): boolean {
  return name === "row_key" || name === "value" || name === "source_row";
}

/** The columns of a quarantine, in front of the technical ones. */
export const quarantineColumns = [
  {
    name: "row_key",
    type: { kind: "varchar" },
    nullable: false,
    description: "The row's key, as texts.",
  },
  {
    name: "column_name",
    type: { kind: "varchar", length: 127 },
    nullable: false,
    description: "The first column whose value does not fit.",
  },
  {
    name: "value",
    type: { kind: "varchar" },
    nullable: true,
    description: "That value, as the source sent it.",
  },
  {
    name: "reason",
    type: { kind: "varchar", length: 40 },
    nullable: false,
    description: `Why it does not fit: ${rejectReasons.join(", ")}.`,
  },
  {
    name: "source_row",
    type: { kind: "json" },
    nullable: false,
    description: "The whole row as the source sent it: an object of texts by column.",
  },
] as const satisfies readonly {
  name: string;
  type: ColumnType;
  nullable: boolean;
  description: string;
}[];
