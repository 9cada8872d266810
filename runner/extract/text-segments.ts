import { itemColumn } from "../core/technical-columns.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { CommittedPart, PartCommit } from "./part-commit.ts";
import { ColumnBuffer } from "./segment/column-buffer.ts";
import type { SegmentColumn } from "./segment/segment-file.ts";
import { bytesOfGroup, bytesOfSegment, mostRowsOfGroup, SegmentParts } from "./segment-parts.ts";

export interface TextSegmentsOptions {
  readonly commit: PartCommit;
  /** So many bytes are gathered before they are written; default is what bounds the memory of reading. */
  readonly groupBytes?: number;
}

/** Gathers rows of texts into parts of the lake; several readers may append at the same time. */
export class TextSegments {
  readonly #buffers: readonly ColumnBuffer[];
  readonly #parts: SegmentParts;
  readonly #groupBytes: number;
  #begun = 0;
  /** While a group is written, its buffers must stay as they are. */
  #writing: Promise<void> | undefined;

  constructor(
    table: SourceTable,
    withItem: boolean,
    { commit, groupBytes = bytesOfGroup }: TextSegmentsOptions,
  ) {
    this.#groupBytes = groupBytes;
    const names = [...table.columns.map(({ name }) => name), ...(withItem ? [itemColumn] : [])];
    const columns = names.map((_, index): SegmentColumn => ({
      name: `c${index}`,
      storedAs: "bytes",
      meaning: { kind: "text" },
    }));
    this.#buffers = columns.map(({ storedAs }) => new ColumnBuffer(storedAs));
    this.#parts = new SegmentParts({
      table,
      withItem,
      columns,
      typed: new Set(),
      commit,
      partBytes: bytesOfSegment,
      nextPart: () => this.#begun++,
    });
  }

  /** Parts that were begun; when the reading fails, those that were committed belong to nobody. */
  get begun(): number {
    return this.#begun;
  }

  /** The declared columns' texts in their order and, where the table keeps it, the item. */
  async append(row: readonly (string | null)[]): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    for (const [index, buffer] of this.#buffers.entries()) {
      const text = row[index] ?? null;
      if (text === null) buffer.appendNull();
      else {
        const bytes = Buffer.from(text);
        buffer.appendBytes(bytes, 0, bytes.length);
      }
    }
    const rows = this.#buffers[0]?.rows ?? 0;
    const bytes = this.#buffers.reduce((sum, { length }) => sum + length, 0);
    if (bytes >= this.#groupBytes || rows >= mostRowsOfGroup) await this.#write();
  }

  async #write(): Promise<void> {
    this.#writing = this.#parts.add(this.#buffers).finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async finish(): Promise<readonly CommittedPart[]> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#write();
    return this.#parts.finish();
  }

  /** Removes what was not committed. */
  discard(): Promise<void> {
    return this.#parts.discard();
  }
}
