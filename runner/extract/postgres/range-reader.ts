import type { CommittedPart, PartCommit, StagedTable } from "../part-commit.ts";
import { leastBytes } from "../segment/column-buffer.ts";
import { SegmentFile } from "../segment/segment-file.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { copyStatement, type RowRange } from "./postgres-statements.ts";
import type { ReadPlan } from "./read-plan.ts";
import { TupleReader } from "./tuple-reader.ts";
import type { WireColumn } from "./wire-column.ts";

/** A row group's size bounds the memory of reading. */
const bytesOfGroup = 8 * 1024 * 1024;
const mostRowsOfGroup = 122_880;
/** Segments that wait to become parts while the next one is read. */
const mostWaiting = 2;

export interface ReadRange {
  readonly rows: number;
  readonly parts: readonly CommittedPart[];
}

interface RangeReading {
  readonly plan: ReadPlan;
  readonly range: RowRange;
  /** The plan's columns, or its columns as texts. */
  readonly columns: readonly WireColumn[];
  readonly checksUtf8: boolean;
  readonly commit: PartCommit;
  /** A segment of so many bytes becomes a part. */
  readonly partBytes: number;
  /** The next number of a part of the table. */
  readonly nextPart: () => number;
}

/** Copies the rows of one range into parts of the lake: rows become segments, segments become parts meanwhile. */
export async function readRange(
  session: PostgresConnection,
  reading: RangeReading,
): Promise<ReadRange> {
  const { plan, range, columns } = reading;
  const statement = copyStatement(
    plan.table,
    columns.map(({ expression }) => expression),
    range,
  );
  const tuples = new TupleReader(columns, { checksUtf8: reading.checksUtf8 });
  const parts = new SegmentParts(reading);
  const rowBytes = columns.reduce((sum, { segment }) => sum + leastBytes(segment.storedAs), 0);
  const groupBytes = Math.min(bytesOfGroup, reading.partBytes);
  const rowsOfGroup = Math.min(mostRowsOfGroup, Math.ceil(groupBytes / Math.max(1, rowBytes)));
  try {
    const copy = session.copy(statement);
    for await (const chunk of copy.bytes) {
      tuples.push(chunk as Buffer);
      const [first] = tuples.buffers;
      const bytes = tuples.buffers.reduce((sum, { length }) => sum + length, 0);
      if (bytes >= groupBytes || (first?.rows ?? 0) >= rowsOfGroup) await parts.add(tuples);
    }
    if (!tuples.isEnded || tuples.rows !== copy.rowCount()) {
      throw new Error(
        `the copy ended after ${tuples.rows} rows, of ${copy.rowCount()} that Postgres says it sent`,
      );
    }
    await parts.add(tuples);
    return { rows: tuples.rows, parts: await parts.finish() };
  } finally {
    await parts.discard();
  }
}

/** The parts of one range, and the segment that grows. */
class SegmentParts {
  readonly #reading: RangeReading;
  readonly #typed: ReadonlySet<string>;
  readonly #staged: StagedTable[] = [];
  #current: { readonly staged: StagedTable; readonly file: SegmentFile } | undefined;
  #waiting: Promise<CommittedPart>[] = [];
  readonly #parts: CommittedPart[] = [];

  constructor(reading: RangeReading) {
    this.#reading = reading;
    const typed = reading.columns.filter(({ isTyped }) => isTyped);
    this.#typed = new Set(typed.map(({ column }) => column.name));
  }

  /** Takes what the reader has gathered. */
  async add(tuples: TupleReader): Promise<void> {
    if ((tuples.buffers[0]?.rows ?? 0) === 0) return;
    this.#current ??= await this.#open();
    await this.#current.file.writeGroup(tuples.buffers);
    for (const buffer of tuples.buffers) buffer.clear();
    if (this.#current.file.bytes >= this.#reading.partBytes) await this.#close();
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
    for (const staged of this.#staged) await this.#reading.commit.discard(staged);
  }

  async #open() {
    const { plan, commit, nextPart, columns } = this.#reading;
    const staged = await commit.stage(plan.table, false, nextPart());
    this.#staged.push(staged);
    const file = await SegmentFile.open(
      staged.spoolPath,
      columns.map(({ segment }) => segment),
    );
    return { staged, file };
  }

  async #close(): Promise<void> {
    if (this.#current === undefined) return;
    const { staged, file } = this.#current;
    this.#current = undefined;
    await file.finish();
    const { commit } = this.#reading;
    const made = commit
      .commitSegment(staged, { rows: file.rows, typed: this.#typed })
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
