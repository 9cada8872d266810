import { stat } from "node:fs/promises";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { printColumnType } from "../../core/column-type.ts";
import { messageOf } from "../../core/caught.ts";
import { diskFailure } from "../../core/disk-failure.ts";
import type { LakeColumn } from "../../core/manifest.ts";
import type { SourceColumn, SourceTable } from "../../core/source-table.ts";
import { quotePlain } from "../../core/sql-text.ts";
import { technicalColumns } from "../../core/technical-columns.ts";
import { fromScaled, toScaled } from "../../core/scaled-decimal.ts";
import { summedColumns } from "../../core/summed-columns.ts";
import { cursorColumn } from "../cursor.ts";
import { asExtractFailure, extractFailure, shorten } from "../extract-failure.ts";
import { fileValues } from "./file-values.ts";
import { acceptedStatement, measureRejected, rejectedStatement } from "./split-rejects.ts";
import type { RejectedRows } from "./split-rejects.ts";
import { parquetOptions, rowKey, segmentRows } from "./segment-reader.ts";
import type { SizedSegment, Segment } from "./segment-reader.ts";
import { quoteName, quoteReadPath } from "./sql-text.ts";

export interface WrittenTable {
  readonly rows: number;
  /** Exact sums of the written rows for `summedColumns`. */
  readonly sums: Readonly<Record<string, string>>;
  /** The lowest and highest value of the cursor, ISO 8601, UTC, with microseconds. */
  readonly lowestCursor: string | undefined;
  readonly highestCursor: string | undefined;
  /** Absent where all rows fit. */
  readonly rejected?: RejectedRows;
}

export interface Write {
  readonly segment: Segment;
  readonly path: string;
  readonly extractedAt: string;
  /** Where rows go that do not fit; without it, the first of them is refused by name. */
  readonly rejectedPath?: string;
}

export interface ParquetWriter {
  /** Writes one Parquet file, and one of what does not fit, where there is such a row. */
  write(wanted: Write): Promise<WrittenTable>;
  close(): void;
}

/** The columns of the files that `write` makes. */
export function fileColumns(table: SourceTable, withItem: boolean): readonly LakeColumn[] {
  return [...table.columns, ...technicalColumns(withItem, table.deletes !== undefined)].map(
    ({ name, type }) => ({
      name,
      type: printColumnType(type),
    }),
  );
}

/**
 * An in-memory DuckDB of bounded size; what does not fit spills to `spillFolder`. It writes one file at a time: two that
 * shared its memory could each be refused what the other holds, and one alone uses both of its threads.
 */
export async function openParquetWriter(spillFolder: string): Promise<ParquetWriter> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: "256MB",
    temp_directory: spillFolder,
  });
  const writeNow: ParquetWriter["write"] = async (wanted) => {
    const { segment, path } = wanted;
    const connection = await instance.connect();
    try {
      const { size: bytes } = await stat(segment.path);
      // Without an order to keep, fewer rows are held in memory.
      await connection.run("set TimeZone = 'UTC'; set preserve_insertion_order = false");
      return await writeRows(connection, wanted, { ...segment, bytes });
    } catch (error) {
      throw (
        refusal(segment.table, error) ??
        diskFailure(error, path) ??
        asExtractFailure(segment.table, error)
      );
    } finally {
      connection.closeSync();
    }
  };
  let latest: Promise<unknown> = Promise.resolve();
  return {
    write(wanted) {
      const written = latest.then(() => writeNow(wanted));
      latest = written.catch(() => undefined);
      return written;
    },
    close: () => {
      instance.closeSync();
    },
  };
}

/** Rows are looked at one by one only after one of them was refused. */
async function writeRows(
  connection: DuckDBConnection,
  { path, extractedAt, rejectedPath }: Write,
  segment: SizedSegment,
): Promise<WrittenTable> {
  try {
    await connection.run(copyStatement(segment, path, extractedAt));
    return await measure(connection, segment.table, path);
  } catch (error) {
    if (rejectedPath === undefined || !messageOf(error).includes(refusalMark)) throw error;
  }
  await connection.run(acceptedStatement(segment, path, extractedAt));
  await connection.run(rejectedStatement(segment, rejectedPath, extractedAt));
  const accepted = await measure(connection, segment.table, path);
  return { ...accepted, rejected: await measureRejected(connection, segment, rejectedPath) };
}

function copyStatement(segment: SizedSegment, path: string, extractedAt: string): string {
  const key = rowKey(segment);
  const values = fileValues(segment, extractedAt, (column, text) => {
    const refused = `json_array(${quotePlain(column.name)}, left(${text}, 200), ${key})`;
    return `error('${refusalMark}' || ${refused})`;
  });
  return `copy (select ${values.join(",\n")}\nfrom ${segmentRows(segment)}) to ${quotePlain(path)} ${parquetOptions(segment)}`;
}

const refusalMark = "mercado-refused:";

/** The failure of a row that `exactCast` refused; undefined for another error. */
function refusal(
  table: SourceTable,
  error: unknown,
): ReturnType<typeof extractFailure> | undefined {
  const message = messageOf(error);
  const start = message.indexOf(refusalMark);
  if (start < 0) return undefined;
  const [refused = ""] = message.slice(start + refusalMark.length).split("\n");
  const [name, value, key] = JSON.parse(refused) as [string, string | null, string];
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) return undefined;
  const type = printColumnType(column.type);
  const { longestText } = table;
  const isText = column.type.kind === "varchar" || column.type.kind === "json";
  const bound =
    isText && longestText !== undefined
      ? `, of at most ${longestText} bytes in this warehouse`
      : "";
  const what =
    value === null
      ? `column ${name} is null, but is declared "nullable: false"`
      : `column ${name} holds ${JSON.stringify(shorten(value))}, which does not fit ${type}${bound}`;
  return extractFailure(table, {
    message: `${what} (row ${shorten(key, 120)}).`,
    cause: "A value is taken exactly or not at all; no row of this table was committed.",
    hint: "Correct the row in the source, or declare the column's type in the source's YAML so that the value fits.",
  });
}

async function measure(
  connection: DuckDBConnection,
  table: SourceTable,
  path: string,
): Promise<WrittenTable> {
  const sums = summedColumns(table);
  const expressions = [
    "cast(count(*) as varchar)",
    cursorExpression(table, "min"),
    cursorExpression(table, "max"),
    ...sums.flatMap(({ column }) => sumExpressions(column)),
  ];
  const reader = await connection.runAndReadAll(
    `select ${expressions.join(", ")} from read_parquet(${quoteReadPath(path)}, hive_partitioning = false)`,
  );
  const values = (reader.getRows()[0] ?? []).map((value) =>
    typeof value === "string" ? value : undefined,
  );
  const [rows, lowestCursor, highestCursor] = values.splice(0, 3);
  return {
    rows: Number(rows),
    lowestCursor,
    highestCursor,
    sums: Object.fromEntries(
      sums.map(({ column, scale }) => {
        const [high, low] = values.splice(0, sumExpressions(column).length);
        const sum =
          low === undefined
            ? (toScaled(high ?? "0", scale) ?? 0n)
            : BigInt(high ?? 0) * 10n ** lowDigits + BigInt(low);
        return [column.name, fromScaled(sum, scale)];
      }),
    ),
  };
}

// DuckDB adds decimals in 38 digits: with this many a sum of ten billion rows still fits.
const exactlyAddedDigits = 28;
const lowDigits = 18n;

/** One sum, or that of the high digits and that of the low ones, both without a point, where it would not fit. */
function sumExpressions({ name, type }: SourceColumn): readonly string[] {
  const column = quoteName(name);
  if (type.kind !== "decimal" || type.precision <= exactlyAddedDigits) {
    return [`cast(coalesce(sum(${column}), 0) as varchar)`];
  }
  const digits = `lpad(replace(ltrim(cast(${column} as varchar), '-'), '.', ''), 39, '0')`;
  const half = (text: string) =>
    `cast(coalesce(sum(case when ${column} < 0 then -1 else 1 end * cast(${text} as hugeint)), 0) as varchar)`;
  return [half(`left(${digits}, -${lowDigits})`), half(`right(${digits}, ${lowDigits})`)];
}

function cursorExpression(table: SourceTable, bound: "min" | "max"): string {
  const cursor = cursorColumn(table);
  if (cursor === undefined) return "null";
  return `strftime(${bound}(cast(${quoteName(cursor.name)} as timestamptz)), '%Y-%m-%dT%H:%M:%S.%fZ')`;
}
