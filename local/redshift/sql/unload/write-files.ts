import { stat } from "node:fs/promises";
import { join } from "node:path";
import { objectUrl, type Objects, type ObjectUrl } from "../storage/objects.ts";
import type { ParquetWorkbench } from "../storage/parquet-workbench.ts";
import { textLiteral } from "../tokens.ts";
import type { UnloadedFile } from "./manifest.ts";

/** As on the smallest clusters: rows are dealt out to them in turn, and each writes files of its own. */
const slices = 2;

interface Folder {
  readonly folder: ObjectUrl;
  /** The columns, as DuckDB selects them from `unloaded`. */
  readonly select: string;
  readonly condition: string;
  readonly isParallel: boolean;
  readonly maxFileBytes: number;
  readonly extension: string;
}

/** Writes the rows of one folder as Redshift names its files: `0000_part_00.parquet`, or `000.parquet` in series. */
export async function writeFiles(
  workbench: ParquetWorkbench,
  objects: Objects,
  { folder, select, condition, isParallel, maxFileBytes, extension }: Folder,
): Promise<readonly UnloadedFile[]> {
  const files: UnloadedFile[] = [];
  const write = async (slice: number, part: number, rows: Rows): Promise<boolean> => {
    const path = join(workbench.folder, "unloaded.parquet");
    const query = `select ${select} from (${rows.query}) order by _row`;
    await workbench.duckdb.run(
      `copy (${query}) to ${textLiteral(path)} (format parquet, compression snappy)`,
    );
    const { size: bytes } = await stat(path);
    if (bytes > maxFileBytes && rows.count > 1) return false;
    const number = (value: number, digits: number) => String(value).padStart(digits, "0");
    const name = isParallel ? `${number(slice, 4)}_part_${number(part, 2)}` : number(part, 3);
    const url = { ...folder, key: `${folder.key}${name}.${extension}` };
    await objects.upload(path, url);
    files.push({ url: objectUrl(url), rows: rows.count, bytes });
    return true;
  };
  for (let slice = 0; slice < (isParallel ? slices : 1); slice += 1) {
    const own = `select *, rowid as _row, row_number() over (order by rowid) - 1 as _place from unloaded where ${condition}`;
    const dealt = isParallel ? `select * from (${own}) where _place % ${slices} = ${slice}` : own;
    let part = 0;
    const pending = [await rowsOf(workbench, dealt)];
    for (let rows = pending.shift(); rows !== undefined; rows = pending.shift()) {
      if (rows.count === 0) continue;
      if (await write(slice, part, rows)) part += 1;
      else pending.unshift(...halves(rows));
    }
  }
  return files;
}

/** Rows with their place `_row`, in whose order they are written. */
interface Rows {
  readonly query: string;
  readonly count: number;
}

async function rowsOf(workbench: ParquetWorkbench, query: string): Promise<Rows> {
  const [found] = await workbench.ask(`select count(*) as rows from (${query})`);
  return { query, count: Number(found?.["rows"] ?? 0) };
}

function halves({ query, count }: Rows): readonly Rows[] {
  const half = Math.ceil(count / 2);
  const part = (limit: number, offset: number): Rows => ({
    query: `select * from (${query}) order by _row limit ${limit} offset ${offset}`,
    count: limit,
  });
  return [part(half, 0), part(count - half, half)];
}
