import { rm } from "node:fs/promises";
import type { ControlTotals, LakeFile } from "../core/manifest.ts";
import type { SourceTable } from "../core/node.ts";
import type { ExtractedTable, KillPoint, Lake } from "../core/ports.ts";
import { extractFailure } from "./extract-failure.ts";
import {
  fileColumns,
  openParquetWriter,
  type ParquetWriter,
  type SpoolForm,
  type WrittenTable,
} from "./parquet/parquet-writer.ts";

export interface ExtractRun {
  readonly runId: string;
  readonly extractedAt: string;
}

/** Where a table's rows are gathered before they become a part. */
export interface StagedTable {
  readonly table: SourceTable;
  readonly withItem: boolean;
  readonly key: string;
  readonly partPath: string;
  /** Beside the staged part, so that what a killed process leaves goes with its run. */
  readonly spoolPath: string;
}

/** Stages tables, and turns their spools into parts of the lake. */
export class PartCommit {
  readonly #lake: Lake;
  readonly #killPoint: KillPoint;
  readonly #run: ExtractRun;
  #writer: Promise<ParquetWriter> | undefined;
  #spillFolder: string | undefined;

  constructor(options: { lake: Lake; killPoint: KillPoint; run: ExtractRun }) {
    this.#lake = options.lake;
    this.#killPoint = options.killPoint;
    this.#run = options.run;
  }

  async stage(table: SourceTable, withItem: boolean, part = 0): Promise<StagedTable> {
    const key = this.#lake.partKey(table.relation, this.#run.runId, part);
    const partPath = await this.#lake.stagePart(key);
    return { table, withItem, key, partPath, spoolPath: `${partPath}.csv` };
  }

  /**
   * Commits the spooled rows, once they are as many and add up to as much as the source says. `totals` is asked after
   * the rows were written, when a value that does not fit has already been refused by name.
   */
  async commit(
    staged: StagedTable & { readonly sentRows: number },
    totals: () => Promise<ControlTotals>,
  ): Promise<ExtractedTable> {
    const { table, withItem } = staged;
    const written = await this.#write(staged, staged.sentRows);
    const expected = await totals();
    assertSameTotals(table, expected, written);
    const files = written.rows === 0 ? [] : [await this.#commit(staged, written)];
    return {
      table,
      files,
      columns: fileColumns(table, withItem),
      ...(written.highestCursor === undefined ? {} : { highestCursor: written.highestCursor }),
      totals: expected,
    };
  }

  /** Makes a part of a segment with at least one row. Whether all parts add up is for the caller to see. */
  async commitSegment(
    staged: StagedTable,
    segment: { readonly rows: number; readonly typed: ReadonlySet<string> },
  ): Promise<LakeFile> {
    const form = { kind: "segment", typed: segment.typed } as const;
    return this.#commit(staged, await this.#write(staged, segment.rows, form));
  }

  /** Removes what was staged and not committed. */
  async discard(staged: StagedTable): Promise<void> {
    await rm(staged.spoolPath, { force: true });
    await rm(staged.partPath, { force: true });
  }

  async close(): Promise<void> {
    (await this.#writer)?.close();
    if (this.#spillFolder !== undefined) {
      await rm(this.#spillFolder, { recursive: true, force: true });
    }
  }

  async #write(staged: StagedTable, expectedRows: number, form?: SpoolForm): Promise<WrittenTable> {
    const { table, withItem, spoolPath: path } = staged;
    this.#killPoint("before-extract-part");
    const writer = await this.#openWriter(staged);
    return writer.write(
      { table, withItem, path, expectedRows, ...(form === undefined ? {} : { form }) },
      staged.partPath,
      this.#run.extractedAt,
    );
  }

  async #commit(staged: StagedTable, written: WrittenTable): Promise<LakeFile> {
    const { rows, sums, lowestCursor: minimum, highestCursor: maximum } = written;
    const file = await this.#lake.commitPart(staged.key, this.#run.runId, rows);
    this.#killPoint("after-extract-part");
    return {
      ...file,
      sums,
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    };
  }

  #openWriter(staged: StagedTable): Promise<ParquetWriter> {
    this.#writer ??= (async () => {
      this.#spillFolder = `${staged.partPath}.spill`;
      return openParquetWriter(this.#spillFolder);
    })();
    return this.#writer;
  }
}

/** Throws where rows that arrived are not as many, or do not add up to as much, as the source says. */
export function assertSameTotals(
  table: SourceTable,
  expected: ControlTotals,
  arrived: ControlTotals,
): void {
  assertSame(table, "rows", String(expected.rows), String(arrived.rows));
  for (const [column, sum] of Object.entries(arrived.sums)) {
    assertSame(table, `sum of ${column}`, expected.sums[column] ?? "nothing", sum);
  }
}

function assertSame(table: SourceTable, what: string, source: string, arrived: string): void {
  if (source === arrived) return;
  throw extractFailure(table, {
    message: `the ${what} differs: ${source} in the source, ${arrived} arrived.`,
    cause:
      "The control totals are taken in the same snapshot as the rows, so rows were lost or changed on the way.",
    hint: "Run it again; if the difference stays, report it with this message.",
  });
}
