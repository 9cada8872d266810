import type { ColumnType } from "../../core/column-type.ts";
import type { RejectReason } from "../../core/quarantine.ts";
import { acceptance, conversion, type TextColumn } from "./exact-cast.ts";

/** SQL that is true for a text, or a null, that `exactCast` refuses as a value of the column. */
export function isMisfit(column: TextColumn, text: string): string {
  const { type, nullable } = column;
  const isRefused = `not coalesce(${acceptance(column, text)} and ${conversion(type, text)} is not null, false)`;
  const refused = `(${text} is not null and ${isRefused})`;
  return nullable ? refused : `(${text} is null or ${refused})`;
}

const number = "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?";
const beyondTime = "[+-]?infinity|.* BC";

/** SQL for the reason why a misfit does not fit. */
export function misfitReason(column: TextColumn, text: string): string {
  const { type } = column;
  const matches = (pattern: string) => `regexp_full_match(${text}, '${pattern}')`;
  const says = (...cases: readonly (readonly [string, RejectReason] | RejectReason)[]) => {
    const parts = cases.map((each) =>
      typeof each === "string" ? `else '${each}'` : `when ${each[0]} then '${each[1]}'`,
    );
    return `case ${parts.join(" ")} end`;
  };
  const isNull = [`${text} is null`, "null"] as const;
  const isInfinite = [matches("[+-]?(Infinity|inf)"), "out_of_range"] as const;
  const isNoNumber = [`not ${matches(number)}`, "not_a_number"] as const;
  switch (kindOf(type)) {
    case "integer":
      return says(
        isNull,
        isInfinite,
        isNoNumber,
        [`not ${acceptance(column, text)}`, "not_an_integer"],
        "out_of_range",
      );
    case "decimal":
      return says(
        isNull,
        isInfinite,
        isNoNumber,
        [`not ${acceptance(column, text)}`, "too_precise"],
        "out_of_range",
      );
    case "double":
      return says(isNull, isNoNumber, "out_of_range");
    case "boolean":
      return says(isNull, "not_a_boolean");
    case "date":
      return says(isNull, [matches(beyondTime), "out_of_range"], "invalid_date");
    case "timestamp":
      return says(isNull, [matches(beyondTime), "out_of_range"], "invalid_timestamp");
    case "json":
      return says(isNull, [`json_valid(${text})`, "too_long"], "invalid_json");
    case "varchar":
      return says(isNull, "too_long");
  }
}

function kindOf({ kind }: ColumnType) {
  switch (kind) {
    case "smallint":
    case "integer":
    case "bigint":
      return "integer";
    case "timestamp":
    case "timestamptz":
      return "timestamp";
    case "decimal":
    case "double":
    case "boolean":
    case "date":
    case "json":
    case "varchar":
      return kind;
  }
}
