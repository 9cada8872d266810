import { stat } from "node:fs/promises";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { printColumnType } from "../../core/column-type.ts";
import { messageOf } from "../../core/caught.ts";
import { diskFailure } from "../../core/disk-failure.ts";
import type { LakeColumn } from "../../core/manifest.ts";
import type { SourceColumn, SourceTable } from "../../core/node.ts";
import { quoteText } from "../../core/sql-text.ts";
import { extractedAtColumn, itemColumn, technicalColumns } from "../../core/technical-columns.ts";
import { fromScaled, toScaled } from "../../core/scaled-decimal.ts";
import { summedColumns } from "../control-totals.ts";
import { cursorColumn } from "../cursor.ts";
import { asExtractFailure, extractFailure, shorten } from "../extract-failure.ts";
import { duckdbType, exactCast, type TextColumn } from "./exact-cast.ts";
import { quoteName, quoteReadPath } from "./sql-text.ts";

/**
 * A file with a table's rows on their way: the declared columns in their order and the original item where `withItem`,
 * under the names c0, c1 and so on.
 */
export interface Spool {
  readonly table: SourceTable;
  readonly path: string;
  readonly withItem: boolean;
  /** About how many rows it holds; with its size, this bounds the memory that writing takes. */
  readonly expectedRows: number;
  /** Default is text as CSV. */
  readonly form?: SpoolForm;
}

export type SpoolForm =
  /**
   * Without a header; a last field is never null (a row of one null would otherwise be an empty line). Null is an
   * unquoted nothing.
   */
  | { readonly kind: "csv" }
  /** A Parquet file. The columns of these names hold values that fit already, all others hold texts. */
  | { readonly kind: "segment"; readonly typed: ReadonlySet<string> };

export interface WrittenTable {
  readonly rows: number;
  /** Exact sums of the written rows for `summedColumns`. */
  readonly sums: Readonly<Record<string, string>>;
  /** The lowest and highest value of the cursor, ISO 8601, UTC, with microseconds. */
  readonly lowestCursor: string | undefined;
  readonly highestCursor: string | undefined;
}

export interface ParquetWriter {
  /** Writes one Parquet file in the spool's order. A value that does not fit its declared type is refused by name. */
  write(spool: Spool, path: string, extractedAt: string): Promise<WrittenTable>;
  close(): void;
}

/** The columns of the files that `write` makes. */
export function fileColumns(table: SourceTable, withItem: boolean): readonly LakeColumn[] {
  return [...table.columns, ...technicalColumns(withItem)].map(({ name, type }) => ({
    name,
    type: printColumnType(type),
  }));
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
  const writeNow: ParquetWriter["write"] = async (spool, path, extractedAt) => {
    const connection = await instance.connect();
    try {
      const { size: bytes } = await stat(spool.path);
      await connection.run("set TimeZone = 'UTC'");
      await connection.run(copyStatement({ ...spool, bytes }, path, extractedAt));
      return await measure(connection, spool.table, path);
    } catch (error) {
      throw (
        refusal(spool.table, error) ??
        diskFailure(error, path) ??
        asExtractFailure(spool.table, error)
      );
    } finally {
      connection.closeSync();
    }
  };
  let latest: Promise<unknown> = Promise.resolve();
  return {
    write(spool, path, extractedAt) {
      const written = latest.then(() => writeNow(spool, path, extractedAt));
      latest = written.catch(() => undefined);
      return written;
    },
    close: () => {
      instance.closeSync();
    },
  };
}

// DuckDB holds several row groups in memory while it writes: wide rows go into shorter ones.
const rowGroupBytes = 16 * 1024 * 1024;
const fewestRowsOfGroup = 1_024;
const mostRowsOfGroup = 122_880;

function rowsOfGroup({ bytes, expectedRows }: { bytes: number; expectedRows: number }): number {
  const bytesOfRow = bytes / Math.max(1, expectedRows);
  const rows = Math.floor(rowGroupBytes / Math.max(1, bytesOfRow));
  return Math.min(mostRowsOfGroup, Math.max(fewestRowsOfGroup, rows));
}

/** Bytes of the longest row that is read. */
const longestRow = 16 * 1024 * 1024;

function copyStatement(
  spool: Spool & { readonly bytes: number },
  path: string,
  extractedAt: string,
): string {
  const { table, form = { kind: "csv" } } = spool;
  const columns: readonly TextColumn[] = spool.withItem
    ? [...table.columns, { name: itemColumn, type: { kind: "varchar" }, nullable: false }]
    : table.columns;
  const keyTexts = columns
    .map((column, index) => ({ name: column.name, text: `c${index}` }))
    .filter(({ name }) => table.key.includes(name))
    .map(
      ({ name, text }) => `${quoteText(`${name} `)} || coalesce(cast(${text} as varchar), 'null')`,
    );
  const rowKey =
    keyTexts.length === 0 ? "'without a key'" : `concat_ws(', ', ${keyTexts.join(", ")})`;
  const values = columns.map((column, index) => {
    const text = `c${index}`;
    if (form.kind === "segment" && form.typed.has(column.name)) {
      return `cast(${text} as ${duckdbType(column.type)}) as ${quoteName(column.name)}`;
    }
    const refused = `json_array(${quoteText(column.name)}, left(${text}, 200), ${rowKey})`;
    return `${exactCast(column, text, `error('${refusalMark}' || ${refused})`)} as ${quoteName(column.name)}`;
  });
  // File order: the declared columns, when they were read, and the original item.
  values.splice(
    table.columns.length,
    0,
    `timestamptz ${quoteText(extractedAt)} as ${extractedAtColumn}`,
  );
  const reader =
    form.kind === "segment"
      ? `read_parquet(${quoteReadPath(spool.path)}, hive_partitioning = false)`
      : csvReader(spool, columns.length);
  return (
    `copy (select ${values.join(",\n")}\nfrom ${reader}) to ${quoteText(path)} ` +
    `(format parquet, compression zstd, row_group_size ${rowsOfGroup(spool)}, use_tmp_file false)`
  );
}

function csvReader(spool: Spool & { readonly bytes: number }, columns: number): string {
  const fields = [...Array.from({ length: columns }, (_, index) => `c${index}`), "end_of_row"];
  const fieldTypes = fields.map((field) => `'${field}': 'varchar'`).join(", ");
  const lineBytes = Math.min(longestRow, spool.bytes + 1024);
  // Not in parallel: DuckDB then guesses where a row begins, and a text with line breaks can mislead it.
  return (
    `read_csv(${quoteReadPath(spool.path)}, columns = {${fieldTypes}}, auto_detect = false, header = false, ` +
    `delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n', ` +
    `comment = '', strict_mode = true, parallel = false, max_line_size = ${lineBytes}, ` +
    // DuckDB would take sixteen lines of the longest kind, and several buffers of that.
    `buffer_size = ${2 * lineBytes}, hive_partitioning = false)`
  );
}

const refusalMark = "mercado-refused:";

/** The failure of a row that `exactCast` refused; undefined for another error. */
function refusal(
  table: SourceTable,
  error: unknown,
): ReturnType<typeof extractFailure> | undefined {
  const message = messageOf(error);
  if (message.includes("Maximum line size")) {
    return extractFailure(table, {
      message: `a row is longer than ${longestRow / 1024 / 1024} MB.`,
      hint: "Leave its longest column out of the source's YAML, or shorten the row in the source.",
    });
  }
  const start = message.indexOf(refusalMark);
  if (start < 0) return undefined;
  const [refused = ""] = message.slice(start + refusalMark.length).split("\n");
  const [name, value, key] = JSON.parse(refused) as [string, string | null, string];
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) return undefined;
  const type = printColumnType(column.type);
  const what =
    value === null
      ? `column ${name} is null, but is declared "nullable: false"`
      : `column ${name} holds ${JSON.stringify(shorten(value))}, which does not fit ${type}`;
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
