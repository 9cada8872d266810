import { parseColumnType } from "../core/column-type.ts";
import type { LakeColumn, LakeFile } from "../core/manifest.ts";
import { dayExpression, isDay, noDay } from "../core/partition.ts";
import type { RelationName } from "../core/relation.ts";
import { quoteText } from "../core/sql-text.ts";
import { writeParts } from "./write-parts.ts";
import type { PartsContext } from "./write-parts.ts";

export interface DayFilesRequest {
  readonly relation: RelationName;
  /** The rows: a relation, or a query in brackets. */
  readonly rows: string;
  /** The columns of the files, as SQL. */
  readonly list: string;
  readonly columns: readonly LakeColumn[];
  readonly partitionBy: string;
  /** Ends the query of each file: equal rows make equal files only where their order is told. */
  readonly orderBy: string;
}

/** A file of one day, and the condition by which its rows are found among all. */
export interface DayFile {
  readonly file: LakeFile;
  readonly condition: string;
}

function dayOf({ columns, partitionBy }: DayFilesRequest): string {
  const type = columns.find(({ name }) => name === partitionBy)?.type ?? "timestamp";
  return dayExpression(partitionBy, parseColumnType(type) ?? { kind: "timestamp" });
}

/** Which days there are rows of. */
export function daysQuery(request: DayFilesRequest): string {
  return `select distinct ${dayOf(request)} as day from ${request.rows} as dated order by 1`;
}

/** Which rows of a relation are of this day. */
export function dayCondition(request: DayFilesRequest, day: string): string {
  return `${dayOf(request)} = ${quoteText(day)}`;
}

/** The rows of one file: those for which the condition holds. */
export function dayFileQuery({ list, rows, orderBy }: DayFilesRequest, condition: string): string {
  return `select ${list} from ${rows} as dated where ${condition}${orderBy}`;
}

/** Writes a relation's rows as one file a day; the column itself stays in the files. */
export async function writeDayFiles(
  request: DayFilesRequest,
  context: PartsContext,
): Promise<readonly DayFile[]> {
  const { engine, lake, run } = context;
  const { relation } = request;
  const day = dayOf(request);
  const found = await engine.query(daysQuery(request));
  const days = found.rows.flatMap((row) => (row.day === null ? [] : [String(row.day)]));
  const partitions = days
    .filter(isDay)
    .map((text) => ({ day: text, condition: dayCondition(request, text) }));
  if (partitions.length < found.rows.length) {
    // A day before the year 1 names no folder.
    const others = days.filter((text) => !isDay(text)).map((text) => dayCondition(request, text));
    partitions.push({ day: noDay, condition: `(${[`${day} is null`, ...others].join(" or ")})` });
  }
  const files: DayFile[] = [];
  for (const partition of partitions) {
    const written = await writeParts(
      {
        query: dayFileQuery(request, partition.condition),
        keyOf: (part) => lake.partKey(relation, run.id, part, partition.day),
      },
      context,
    );
    files.push(...written.map((file) => ({ file, condition: partition.condition })));
  }
  return files;
}
