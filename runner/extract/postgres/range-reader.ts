import type { CommittedPart, PartCommit } from "../part-commit.ts";
import { leastBytes } from "../segment/column-buffer.ts";
import { bytesOfGroup, mostRowsOfGroup, SegmentParts } from "../segment-parts.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { copyStatement, type RowRange } from "./postgres-statements.ts";
import type { ReadPlan } from "./read-plan.ts";
import { TupleReader } from "./tuple-reader.ts";
import type { WireColumn } from "./wire-column.ts";

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
  const typed = columns.filter(({ isTyped }) => isTyped).map(({ column }) => column.name);
  const parts = new SegmentParts({
    table: plan.table,
    withItem: false,
    columns: columns.map(({ segment }) => segment),
    typed: new Set(typed),
    commit: reading.commit,
    partBytes: reading.partBytes,
    nextPart: reading.nextPart,
  });
  const rowBytes = columns.reduce((sum, { segment }) => sum + leastBytes(segment.storedAs), 0);
  const groupBytes = Math.min(bytesOfGroup, reading.partBytes);
  const rowsOfGroup = Math.min(mostRowsOfGroup, Math.ceil(groupBytes / Math.max(1, rowBytes)));
  try {
    const copy = session.copy(statement);
    for await (const chunk of copy.bytes) {
      tuples.push(chunk as Buffer);
      const [first] = tuples.buffers;
      const bytes = tuples.buffers.reduce((sum, { length }) => sum + length, 0);
      if (bytes >= groupBytes || (first?.rows ?? 0) >= rowsOfGroup) await parts.add(tuples.buffers);
    }
    if (!tuples.isEnded || tuples.rows !== copy.rowCount()) {
      throw new Error(
        `the copy ended after ${tuples.rows} rows, of ${copy.rowCount()} that Postgres says it sent`,
      );
    }
    await parts.add(tuples.buffers);
    return { rows: tuples.rows, parts: await parts.finish() };
  } finally {
    await parts.discard();
  }
}
