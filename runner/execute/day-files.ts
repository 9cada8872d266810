import { parseColumnType } from "../core/column-type.ts";
import type { LakeColumn, LakeFile } from "../core/manifest.ts";
import { dayExpression, isDay, noDay } from "../core/partition.ts";
import type { RelationName } from "../core/relation.ts";
import { quoteText } from "../core/sql-text.ts";
import type { ExecutionContext } from "./context.ts";

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

type FileContext = Pick<ExecutionContext, "engine" | "lake" | "run">;

/** A file of one day, and the condition by which its rows are found among all. */
export interface DayFile {
  readonly file: LakeFile;
  readonly condition: string;
}

/** Writes a relation's rows as one file a day; the column itself stays in the files. */
export async function writeDayFiles(
  { relation, rows, list, columns, partitionBy, orderBy }: DayFilesRequest,
  { engine, lake, run }: FileContext,
): Promise<readonly DayFile[]> {
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
    const key = lake.partKey(relation, run.id, 0, partition.day);
    const staged = await lake.stagePart(key);
    const count = await engine.writeParquet(
      `select ${list} from ${rows} as dated where ${partition.condition}${orderBy}`,
      staged,
    );
    files.push({
      file: await lake.commitPart(key, run.id, count),
      condition: partition.condition,
    });
  }
  return files;
}
