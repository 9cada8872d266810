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
  const values = segmentColumns(segment).map((column, index) => {
    const text = `c${index}`;
    const value = isTyped(segment, column)
      ? `cast(${text} as ${duckdbType(column.type)})`
      : exactCast(column, text, refusal(column, text));
    return `${value} as ${quoteName(column.name)}`;
  });
  const read = `timestamptz ${quotePlain(extractedAt)} as ${extractedAtColumn}`;
  return [...values.toSpliced(segment.table.columns.length, 0, read), ...deletedMark(segment)];
}

/** A row that is read is there, unless its soft-delete column says otherwise. */
function deletedMark({ table: { deletes, columns } }: Segment): readonly string[] {
  if (deletes === undefined) return [];
  if (deletes.by === "keys") return [`false as ${deletedColumn}`];
  const index = columns.findIndex(({ name }) => name === deletes.column);
  return [`c${index} is not null as ${deletedColumn}`];
}
