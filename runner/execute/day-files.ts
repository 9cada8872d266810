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

/** Writes a relation's rows as one file a day; the column itself stays in the files. */
export async function writeDayFiles(
  { relation, rows, list, columns, partitionBy, orderBy }: DayFilesRequest,
  context: PartsContext,
): Promise<readonly DayFile[]> {
  const { engine, lake, run } = context;
  const type = columns.find(({ name }) => name === partitionBy)?.type ?? "timestamp";
  const day = dayExpression(partitionBy, parseColumnType(type) ?? { kind: "timestamp" });
  const found = await engine.query(
    `select distinct ${day} as day from ${rows} as dated order by 1`,
  );
  const days = found.rows.flatMap((row) => (row.day === null ? [] : [String(row.day)]));
  const partitions = days
    .filter(isDay)
    .map((text) => ({ day: text, condition: `${day} = ${quoteText(text)}` }));
  if (partitions.length < found.rows.length) {
    // A day before the year 1 names no folder.
    const others = days.filter((text) => !isDay(text)).map((text) => `${day} = ${quoteText(text)}`);
    partitions.push({ day: noDay, condition: `(${[`${day} is null`, ...others].join(" or ")})` });
  }
  const files: DayFile[] = [];
  for (const partition of partitions) {
    const written = await writeParts(
      {
        query: `select ${list} from ${rows} as dated where ${partition.condition}${orderBy}`,
        keyOf: (part) => lake.partKey(relation, run.id, part, partition.day),
      },
      context,
    );
    files.push(...written.map((file) => ({ file, condition: partition.condition })));
  }
  return files;
}
