import type { FileEngine } from "../core/file-engine.ts";
import type { LakeColumn, LakeFile, LakeManifest } from "../core/manifest.ts";
import type { SourceTable } from "../core/source-table.ts";
import { dayOfKey } from "../core/partition.ts";
import { differenceOf, sumOf } from "../core/scaled-decimal.ts";
import { summedColumns } from "../core/summed-columns.ts";
import { defaultCompaction } from "./compaction.ts";
import { contentsQuery } from "./contents-query.ts";
import type { ExecutionContext } from "./context.ts";
import { writeDayFiles } from "./day-files.ts";

type Contents = Pick<LakeManifest, "columns" | "files">;
type RawContext = FileEngine & Pick<ExecutionContext, "lake" | "run" | "compaction">;

/**
 * Gives what a raw table holds after an extraction the files that it shall have: this run's by day where that is
 * declared, and earlier small ones merged. The rows are the same; what was published before keeps its files.
 */
export async function arrangeRawFiles(
  table: SourceTable,
  contents: Contents,
  context: RawContext,
): Promise<Contents> {
  const parted = await partByDay(table, contents, context);
  const arranged = {
    ...contents,
    files: await compact(table, { ...contents, files: parted }, context),
  };
  const [before, after] = [contents, arranged].map(({ files }) =>
    files.reduce((sum, { rows }) => sum + rows, 0),
  );
  if (before !== after) throw new Error(`${table.relation} had ${before} rows and has ${after}`);
  return arranged;
}

async function partByDay(
  table: SourceTable,
  { columns, files }: Contents,
  context: RawContext,
): Promise<readonly LakeFile[]> {
  const { partitionBy, relation } = table;
  const { lake, run } = context;
  const isNew = (file: LakeFile) => file.runId === run.id;
  if (partitionBy === undefined || !files.some(isNew)) return files;
  const added = files.filter(isNew);
  const own = added[0]?.columns ?? columns;
  const rows = `(${await contentsQuery({ columns: own, files: added }, context)})`;
  const written = await writeDayFiles(
    { relation, rows, list: "*", columns: own, partitionBy, orderBy: "" },
    context,
  );
  const measured: LakeFile[] = [];
  for (const { file, condition } of written) {
    const totals = await measureRows(table, `${rows} as dated where ${condition}`, context);
    measured.push({ ...file, ...totals, ...columnsOf(added[0]) });
  }
  const kept = files.filter((file) => !isNew(file));
  assertSameSums(table, added, measured);
  const keep = new Set(measured.map(({ key }) => key));
  await lake.removeFiles(relation, { runs: new Set([run.id]), keep });
  return [...kept, ...measured];
}

/** The source added up what was extracted; what is written of it must add up to that. */
function assertSameSums(
  table: SourceTable,
  extracted: readonly LakeFile[],
  written: readonly LakeFile[],
): void {
  const before = combined(extracted).sums ?? {};
  for (const [column, sum] of Object.entries(combined(written).sums ?? {})) {
    const expected = before[column];
    if (expected === undefined || differenceOf(expected, sum)?.replace(/[-0.]/g, "") === "")
      continue;
    throw new Error(`${table.relation}: the sum of ${column} was ${expected} and is ${sum}`);
  }
}

// Engines add decimals in 38 digits: with this many a sum of ten billion rows still fits.
const exactlyAddedDigits = 28;

/** What a file of an extraction tells of its rows. */
export async function measureRows(
  table: SourceTable,
  rows: string,
  { engine }: Pick<RawContext, "engine">,
): Promise<Pick<LakeFile, "sums" | "minimum" | "maximum">> {
  const summed = summedColumns(table).filter(
    ({ column: { type } }) => type.kind !== "decimal" || type.precision <= exactlyAddedDigits,
  );
  const cursor = table.extract.mode === "incremental" ? momentExpression(table) : "null";
  const list = [
    `cast(min(${cursor}) as varchar) as minimum`,
    `cast(max(${cursor}) as varchar) as maximum`,
    ...summed.map(
      ({ column, scale }, index) =>
        `cast(cast(coalesce(sum("${column.name}"), 0) as decimal(38, ${scale})) as varchar) as sum_${index}`,
    ),
  ];
  const result = await engine.query(`select ${list.join(", ")} from ${rows}`);
  const row = result.rows[0] ?? {};
  const [minimum, maximum] = [row.minimum, row.maximum].map((value) =>
    typeof value === "string" ? isoMoment(value) : undefined,
  );
  return {
    sums: Object.fromEntries(
      summed.map(({ column }, index) => [column.name, String(row[`sum_${index}`])]),
    ),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

function momentExpression(table: SourceTable): string {
  const name = table.extract.mode === "incremental" ? table.extract.cursor : "";
  const kind = table.columns.find((column) => column.name === name)?.type.kind;
  return kind === "timestamptz" ? `timezone('UTC', "${name}")` : `cast("${name}" as timestamp)`;
}

/** `2026-03-01 10:00:00.5` in the form of a manifest. */
function isoMoment(text: string): string {
  const [moment = "", fraction = ""] = text.split(".");
  return `${moment.replace(" ", "T")}.${fraction.padEnd(6, "0")}Z`;
}

async function compact(
  table: SourceTable,
  { columns, files }: Contents,
  context: RawContext,
): Promise<readonly LakeFile[]> {
  const { lake, run, engine, compaction = defaultCompaction } = context;
  const groups = new Map<string, LakeFile[]>();
  for (const file of files) {
    if (file.bytes >= compaction.bytes || file.runId === run.id) continue;
    const group = JSON.stringify([dayOfKey(file.key), file.columns ?? columns]);
    groups.set(group, [...(groups.get(group) ?? []), file]);
  }
  let part = nextPart(files, run.id);
  const merged = new Map<LakeFile, LakeFile | undefined>();
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined || group.length <= compaction.files) continue;
    const own = first.columns ?? columns;
    const query = await contentsQuery({ columns: own, files: group }, context);
    const key = lake.partKey(table.relation, run.id, part, dayOfKey(first.key));
    part += 1;
    const rows = await engine.files.writeParquet(query, await lake.stagePart(key));
    const file = await lake.commitPart(key, run.id, rows);
    for (const old of group) merged.set(old, undefined);
    merged.set(first, { ...file, ...combined(group), ...columnsOf(first) });
  }
  return files.flatMap((file) => (merged.has(file) ? (merged.get(file) ?? []) : [file]));
}

/** What files tell of their rows, for one that has the rows of all. */
function combined(files: readonly LakeFile[]): Pick<LakeFile, "sums" | "minimum" | "maximum"> {
  const names = Object.keys(files[0]?.sums ?? {});
  const sums = names.flatMap((name) => {
    const each = files.map((file) => file.sums?.[name]).filter((sum) => sum !== undefined);
    const sum = each.length < files.length ? undefined : sumOf(each);
    return sum === undefined ? [] : [[name, sum] as const];
  });
  const minimum = files.flatMap((file) => file.minimum ?? []).toSorted()[0];
  const maximum = files
    .flatMap((file) => file.maximum ?? [])
    .toSorted()
    .at(-1);
  return {
    ...(files[0]?.sums === undefined ? {} : { sums: Object.fromEntries(sums) }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

/** The lowest number that no part of a run has, of any day. */
export function nextPart(files: readonly LakeFile[], runId: string): number {
  const numbers = files
    .filter((file) => file.runId === runId)
    .map(({ key }) => Number(/part-(\d+)\.parquet$/.exec(key)?.[1] ?? 0));
  return Math.max(-1, ...numbers) + 1;
}

function columnsOf(file: LakeFile | undefined): { readonly columns?: readonly LakeColumn[] } {
  return file?.columns === undefined ? {} : { columns: file.columns };
}
