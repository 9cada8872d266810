import { rename, rm } from "node:fs/promises";
import type { LakeFile } from "../core/manifest.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { KillPoint, Lake } from "../core/ports.ts";
import { quarantineRelation } from "../core/quarantine.ts";
import {
  openParquetWriter,
  type ParquetWriter,
  type WrittenTable,
} from "./parquet/parquet-writer.ts";
import type { RejectedRows } from "./parquet/split-rejects.ts";
import type { RejectedPart } from "./rejects.ts";

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
  readonly segmentPath: string;
}

/** What one staged part became: no file where it holds no row, and nothing rejected where all of its rows fit. */
export interface CommittedPart {
  readonly file?: LakeFile;
  readonly rejected?: RejectedPart;
}

/** Stages tables, and turns their segments into parts of the lake. */
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
    return { table, withItem, part, key, partPath, segmentPath: `${partPath}.segment` };
  }

  /**
   * Makes a part of a segment with at least one row. Whether all parts add up, and whether too many rows were rejected, is
   * for the caller to see.
   */
  async commit(
    staged: StagedTable,
    segment: { readonly rows: number; readonly typed: ReadonlySet<string> },
  ): Promise<CommittedPart> {
    return this.#commit(staged, await this.#write(staged, segment));
  }

  /** Removes what was staged and not committed. */
  async discard(staged: StagedTable): Promise<void> {
    await rm(staged.segmentPath, { force: true });
    await rm(staged.partPath, { force: true });
    await rm(rejectedPath(staged), { force: true });
  }

  /** Removes the parts of a table that no result names. */
  async abandon(table: SourceTable, keep?: ReadonlySet<string>): Promise<void> {
    const runs = new Set([this.#run.runId]);
    await this.#lake.removeFiles(table.relation, { runs, keep });
    if (table.rejectShare !== undefined) {
      await this.#lake.removeFiles(quarantineRelation(table.relation), { runs, keep });
    }
  }

  async close(): Promise<void> {
    (await this.#writer)?.close();
    if (this.#spillFolder !== undefined) {
      await rm(this.#spillFolder, { recursive: true, force: true });
    }
  }

  async #write(
    staged: StagedTable,
    { rows, typed }: { readonly rows: number; readonly typed: ReadonlySet<string> },
  ): Promise<WrittenTable> {
    const { table, withItem, segmentPath: path } = staged;
    this.#killPoint("before-extract-part");
    const writer = await this.#openWriter(staged);
    // Values that were read fast are looked at again as texts before one of them is rejected.
    const takesRejects = typed.size === 0 && table.rejectShare !== undefined;
    return writer.write({
      segment: { table, withItem, path, rows, typed },
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
