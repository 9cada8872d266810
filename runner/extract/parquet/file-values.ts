import { quotePlain } from "../../core/sql-text.ts";
import { deletedColumn, extractedAtColumn } from "../../core/technical-columns.ts";
import { duckdbType, exactCast, type TextColumn } from "./exact-cast.ts";
import { isTyped, segmentColumns, type Segment } from "./segment-reader.ts";
import { quoteName } from "./sql-text.ts";

/**
 * SQL for the columns of a part, of a segment's rows: the declared columns, when they were read, and the original item.
 * A value that does not fit evaluates `refusal`.
 */
export function fileValues(
  segment: Segment,
  extractedAt: string,
  refusal: (column: TextColumn, text: string) => string,
): readonly string[] {
  const { columns: declared, longestText } = segment.table;
  const values = segmentColumns(segment).map((column, index) => {
    const text = `c${index}`;
    // What is copied from an item is in the other columns, and fits or not by itself.
    if (index === declared.length && longestText !== undefined) {
      return `case when strlen(${text}) <= ${longestText} then ${text} end as ${quoteName(column.name)}`;
    }
    const value = isTyped(segment, column)
      ? `cast(${text} as ${duckdbType(column.type)})`
      : exactCast(column, text, refusal(column, text));
    const isJson = column.type.kind === "json";
    return `${isJson ? jsonValue(value, segment.table) : value} as ${quoteName(column.name)}`;
  });
  const read = `timestamptz ${quotePlain(extractedAt)} as ${extractedAtColumn}`;
  return [...values.toSpliced(segment.table.columns.length, 0, read), ...deletedMark(segment)];
}

/** SQL for a value that is JSON: a warehouse whose texts are bounded has no other type for it, nor reads it from a file. */
export function jsonValue(value: string, { longestText }: Segment["table"]): string {
  return `cast(${value} as ${longestText === undefined ? "json" : "varchar"})`;
}

/** A row that is read is there, unless its soft-delete column says otherwise. */
function deletedMark({ table: { deletes, columns } }: Segment): readonly string[] {
  if (deletes === undefined) return [];
  if (deletes.by === "keys") return [`false as ${deletedColumn}`];
  const index = columns.findIndex(({ name }) => name === deletes.column);
  return [`c${index} is not null as ${deletedColumn}`];
}
