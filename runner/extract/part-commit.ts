import { rename, rm } from "node:fs/promises";
import type { ControlTotals, LakeFile } from "../core/manifest.ts";
import type { SourceTable } from "../core/node.ts";
import type { ExtractedTable, KillPoint, Lake } from "../core/ports.ts";
import { quarantineRelation } from "../core/quarantine.ts";
import { differenceOf, sumOf } from "../core/scaled-decimal.ts";
import { summedColumns } from "../core/summed-columns.ts";
import { extractFailure } from "./extract-failure.ts";
import {
  fileColumns,
  openParquetWriter,
  type ParquetWriter,
  type WrittenTable,
} from "./parquet/parquet-writer.ts";
import type { RejectedRows } from "./parquet/split-rejects.ts";
import type { SpoolForm } from "./parquet/spool.ts";
import { assertRejectShare, joinRejected, type RejectedPart } from "./rejects.ts";

export interface ExtractRun {
  readonly runId: string;
  readonly extractedAt: string;
}

/** Where a table's rows are gathered before they become a part. */
export interface StagedTable {
  readonly table: SourceTable;
  readonly withItem: boolean;
  readonly part: number;
  readonly key: string;
  readonly partPath: string;
  /** Beside the staged part, so that what a killed process leaves goes with its run. */
  readonly spoolPath: string;
}

/** What one staged part became: no file where it holds no row, and nothing rejected where all of its rows fit. */
export interface CommittedPart {
  readonly file?: LakeFile;
  readonly rejected?: RejectedPart;
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
    return { table, withItem, part, key, partPath, spoolPath: `${partPath}.csv` };
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
    const sent = await totals();
    assertSameTotals(table, sent, [written, ...(written.rejected ? [written.rejected] : [])]);
    assertRejectShare(table, sent.rows, written.rejected ? [written.rejected] : []);
    const { file, rejected } = await this.#commit(staged, written);
    const { rows, sums, highestCursor } = written;
    return {
      table,
      files: file === undefined ? [] : [file],
      columns: fileColumns(table, withItem),
      ...(highestCursor === undefined ? {} : { highestCursor }),
      totals: { rows, sums },
      ...(rejected === undefined ? {} : { rejected: joinRejected([rejected]) }),
    };
  }

  /**
   * Makes a part of a segment with at least one row. Whether all parts add up, and whether too many rows were rejected, is
   * for the caller to see.
   */
  async commitSegment(
    staged: StagedTable,
    segment: { readonly rows: number; readonly typed: ReadonlySet<string> },
  ): Promise<CommittedPart> {
    const form = { kind: "segment", typed: segment.typed } as const;
    return this.#commit(staged, await this.#write(staged, segment.rows, form));
  }

  /** Removes what was staged and not committed. */
  async discard(staged: StagedTable): Promise<void> {
    await rm(staged.spoolPath, { force: true });
    await rm(staged.partPath, { force: true });
    await rm(rejectedPath(staged), { force: true });
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
    // Values that were read fast are looked at again as texts before one of them is rejected.
    const isExact = form?.kind !== "segment" || form.typed.size === 0;
    const takesRejects = isExact && table.rejectShare !== undefined;
    return writer.write({
      spool: { table, withItem, path, expectedRows, ...(form === undefined ? {} : { form }) },
      path: staged.partPath,
      extractedAt: this.#run.extractedAt,
      ...(takesRejects ? { rejectedPath: rejectedPath(staged) } : {}),
    });
  }

  async #commit(staged: StagedTable, written: WrittenTable): Promise<CommittedPart> {
    const { rows, sums, lowestCursor: minimum, highestCursor: maximum } = written;
    const rejected = written.rejected && (await this.#commitRejected(staged, written.rejected));
    if (rows === 0) return rejected === undefined ? {} : { rejected };
    const file = await this.#lake.commitPart(staged.key, this.#run.runId, rows);
    this.#killPoint("after-extract-part");
    return {
      file: {
        ...file,
        sums,
        ...(minimum === undefined ? {} : { minimum }),
        ...(maximum === undefined ? {} : { maximum }),
      },
      ...(rejected === undefined ? {} : { rejected }),
    };
  }

  async #commitRejected(staged: StagedTable, rejected: RejectedRows): Promise<RejectedPart> {
    const relation = quarantineRelation(staged.table.relation);
    const key = this.#lake.partKey(relation, this.#run.runId, staged.part);
    await rename(rejectedPath(staged), await this.#lake.stagePart(key));
    const file = await this.#lake.commitPart(key, this.#run.runId, rejected.rows);
    return { ...rejected, file: { ...file, sums: rejected.sums } };
  }

  #openWriter(staged: StagedTable): Promise<ParquetWriter> {
    this.#writer ??= (async () => {
      this.#spillFolder = `${staged.partPath}.spill`;
      return openParquetWriter(this.#spillFolder);
    })();
    return this.#writer;
  }
}

/** Beside the staged part until it becomes one of the quarantine. */
function rejectedPath({ partPath }: StagedTable): string {
  return `${partPath}.rejected`;
}

/**
 * Throws where the rows that arrived, those that were rejected among them, are not as many, or do not add up to as much,
 * as the source says.
 */
export function assertSameTotals(
  table: SourceTable,
  expected: ControlTotals,
  parts: readonly ControlTotals[],
): void {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  assertSame(table, "rows", String(expected.rows), String(rows));
  for (const { column } of summedColumns(table)) {
    const sums = parts.map((part) => part.sums[column.name] ?? "0");
    const sent = expected.sums[column.name] ?? "nothing";
    assertSame(table, `sum of ${column.name}`, sent, sumOf(["0", ...sums]) ?? sums.join(" + "));
  }
}

function assertSame(table: SourceTable, what: string, source: string, arrived: string): void {
  if (source === arrived || /^-?0(\.0*)?$/.test(differenceOf(source, arrived) ?? "")) return;
  throw extractFailure(table, {
    message: `the ${what} differs: ${source} in the source, ${arrived} arrived.`,
    cause:
      "The control totals are taken in the same snapshot as the rows, so rows were lost or changed on the way.",
    hint: "Run it again; if the difference stays, report it with this message.",
  });
}
