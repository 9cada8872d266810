import type { SourceTable } from "../core/source-table.ts";
import type { CommittedPart, PartCommit, StagedTable } from "./part-commit.ts";
import type { ColumnBuffer } from "./segment/column-buffer.ts";
import { SegmentFile, type SegmentColumn } from "./segment/segment-file.ts";

/** A segment's size bounds the memory of writing it as a part. */
export const bytesOfSegment = 128 * 1024 * 1024;
/** A row group's size bounds the memory of reading. */
export const bytesOfGroup = 8 * 1024 * 1024;
export const mostRowsOfGroup = 122_880;
/** Segments that wait to become parts while the next one is read. */
const mostWaiting = 2;

export interface SegmentPartsOptions {
  readonly table: SourceTable;
  readonly withItem: boolean;
  readonly columns: readonly SegmentColumn[];
  /** Names of the columns whose values are there already; of all others there are texts. */
  readonly typed: ReadonlySet<string>;
  readonly commit: PartCommit;
  /** A segment of so many bytes becomes a part. */
  readonly partBytes: number;
  /** The next number of a part of the table. */
  readonly nextPart: () => number;
}

/** The parts that a table's rows become on their way: rows fill a segment, and full ones become parts meanwhile. */
export class SegmentParts {
  readonly #options: SegmentPartsOptions;
  readonly #staged: StagedTable[] = [];
  #current: { readonly staged: StagedTable; readonly file: SegmentFile } | undefined;
  #waiting: Promise<CommittedPart>[] = [];
  readonly #parts: CommittedPart[] = [];

  constructor(options: SegmentPartsOptions) {
    this.#options = options;
  }

  /** Takes a row group out of the buffers, which are empty then. */
  async add(buffers: readonly ColumnBuffer[]): Promise<void> {
    if ((buffers[0]?.rows ?? 0) === 0) return;
    this.#current ??= await this.#open();
    await this.#current.file.writeGroup(buffers);
    for (const buffer of buffers) buffer.clear();
    if (this.#current.file.bytes >= this.#options.partBytes) await this.#close();
  }

  async finish(): Promise<readonly CommittedPart[]> {
    await this.#close();
    while (this.#waiting.length > 0) await this.#takeOldest();
    return this.#parts;
  }

  /** Removes what was not committed, once nothing writes to it. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#waiting);
    await this.#current?.file.close();
    for (const staged of this.#staged) await this.#options.commit.discard(staged);
  }

  async #open() {
    const { table, withItem, commit, nextPart, columns } = this.#options;
    const staged = await commit.stage(table, withItem, nextPart());
    this.#staged.push(staged);
    return { staged, file: await SegmentFile.open(staged.segmentPath, columns) };
  }

  async #close(): Promise<void> {
    if (this.#current === undefined) return;
    const { staged, file } = this.#current;
    this.#current = undefined;
    await file.finish();
    const { commit, typed } = this.#options;
    const made = commit
      .commit(staged, { rows: file.rows, typed })
      .finally(() => commit.discard(staged));
    // Its failure is met when it is waited for.
    made.catch(() => undefined);
    this.#waiting.push(made);
    if (this.#waiting.length >= mostWaiting) await this.#takeOldest();
  }

  async #takeOldest(): Promise<void> {
    const [oldest, ...others] = this.#waiting;
    this.#waiting = others;
    if (oldest !== undefined) this.#parts.push(await oldest);
  }
}
