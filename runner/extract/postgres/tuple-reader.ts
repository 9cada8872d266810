import { isUtf8 } from "node:buffer";
import { ColumnBuffer } from "../segment/column-buffer.ts";
import { appendNumeric } from "./numeric-value.ts";
import { Misfit, NotUtf8, RowTooLong } from "./read-problem.ts";
import { wire, type WireColumn } from "./wire-column.ts";

/** Bytes of the longest row that is read. */
export const longestRow = 16 * 1024 * 1024;

const signature = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");

/**
 * Reads what `COPY … (FORMAT binary)` says (Postgres's documentation, COPY, File Formats) into column buffers. The bytes
 * may be cut anywhere. Throws Misfit for a value that its declared type does not hold.
 */
export class TupleReader {
  readonly buffers: readonly ColumnBuffer[];
  readonly #columns: readonly WireColumn[];
  readonly #checksUtf8: boolean;
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes that must be there before it is worth looking again. */
  #needed = 0;
  #state: "header" | "rows" | "end" = "header";
  #rows = 0;

  constructor(columns: readonly WireColumn[], options: { checksUtf8?: boolean } = {}) {
    this.#columns = columns;
    this.#checksUtf8 = options.checksUtf8 ?? false;
    this.buffers = columns.map(({ segment }) => new ColumnBuffer(segment.storedAs));
  }

  /** Rows read since the beginning. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether Postgres said that this was all. */
  get isEnded(): boolean {
    return this.#state === "end";
  }

  push(chunk: Buffer): void {
    const bytes = this.#pending.length === 0 ? chunk : this.#joined(chunk);
    if (bytes === undefined) return;
    let at = 0;
    if (this.#state === "header") at = this.#readHeader(bytes);
    if (this.#state === "rows") at = this.#readRows(bytes, at);
    this.#pending = at < bytes.length ? bytes.subarray(at) : Buffer.alloc(0);
  }

  // A long row comes in thousands of pieces: they are put together once, when they are all there.
  #pieces: Buffer[] = [];
  #piecesBytes = 0;

  #joined(chunk: Buffer): Buffer | undefined {
    if (this.#pieces.length === 0) {
      this.#pieces.push(this.#pending);
      this.#piecesBytes = this.#pending.length;
    }
    this.#pieces.push(chunk);
    this.#piecesBytes += chunk.length;
    if (this.#piecesBytes < this.#needed) return undefined;
    const joined = Buffer.concat(this.#pieces, this.#piecesBytes);
    this.#pieces = [];
    return joined;
  }

  #readHeader(bytes: Buffer): number {
    const fixed = signature.length + 8;
    this.#needed = fixed;
    if (bytes.length < fixed) return 0;
    if (bytes.compare(signature, 0, signature.length, 0, signature.length) !== 0) {
      throw new Error("what Postgres sent does not begin as a binary COPY does");
    }
    const length = fixed + bytes.readInt32BE(signature.length + 4);
    this.#needed = length;
    if (bytes.length < length) return 0;
    this.#state = "rows";
    return length;
  }

  /** Reads the whole rows and returns where the first other one begins. */
  #readRows(bytes: Buffer, start: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = start;
    for (;;) {
      const end = this.#readRow(bytes, view, at);
      if (end < 0) return at;
      if (this.#state === "end") return bytes.length;
      at = end;
    }
  }

  /** Reads the row at `start` and returns where it ends; negative, with nothing read, when it is not all there yet. */
  #readRow(bytes: Buffer, view: DataView, start: number): number {
    const columns = this.#columns;
    const { length } = bytes;
    if (start + 2 > length) return this.#wait(2);
    const fields = view.getInt16(start);
    if (fields !== columns.length) return this.#readEnd(fields, start);
    let at = start + 2;
    for (let index = 0; index < fields; index += 1) {
      const column = columns[index];
      const buffer = this.buffers[index];
      if (column === undefined || buffer === undefined) break;
      const size = at + 4 > length ? 0 : view.getInt32(at);
      const end = at + 4 + Math.max(0, size);
      if (end > length) {
        this.#dropRow(view, start, index);
        return this.#wait(end - start);
      }
      if (size < 0) {
        if (column.isTyped && !column.column.nullable) throw misfit(column);
        buffer.appendNull();
      } else if (column.wire === wire.text) {
        if (column.longest < size) throw misfit(column);
        buffer.appendBytes(bytes, at + 4, size);
      } else if (!appendFixed(column, buffer, view, at + 4)) throw misfit(column);
      at = end;
    }
    if (at - start > longestRow) throw new RowTooLong();
    if (this.#checksUtf8) this.#assertUtf8(bytes, start);
    this.#rows += 1;
    return at;
  }

  /** So many bytes of the row must be there before it is worth looking again. */
  #wait(bytes: number): number {
    if (bytes > longestRow) throw new RowTooLong();
    this.#needed = bytes;
    return -1;
  }

  #readEnd(fields: number, start: number): number {
    if (fields !== -1) {
      throw new Error(
        `a row of ${fields} fields came where ${this.#columns.length} were asked for`,
      );
    }
    this.#state = "end";
    return start + 2;
  }

  /** Takes back the first fields of a row that is not all there. */
  #dropRow(view: DataView, start: number, fields: number): void {
    let at = start + 2;
    for (let index = 0; index < fields; index += 1) {
      const size = view.getInt32(at);
      this.buffers[index]?.dropLast(size);
      at += 4 + Math.max(0, size);
    }
  }

  #assertUtf8(bytes: Buffer, start: number): void {
    let at = start + 2;
    const fields = this.#columns.map(() => {
      const size = bytes.readInt32BE(at);
      const field = size < 0 ? undefined : bytes.subarray(at + 4, at + 4 + size);
      at += 4 + Math.max(0, size);
      return field;
    });
    const wrong = fields.findIndex((field) => field !== undefined && !isUtf8(field));
    if (wrong >= 0) throw new NotUtf8(this.#columns[wrong]?.column.name ?? "", fields);
  }
}

function misfit({ column }: WireColumn): Misfit {
  return new Misfit(`column ${column.name} holds a value that does not fit`);
}

/** Days and microseconds from 1970-01-01, where Parquet counts from, to 2000-01-01, where Postgres does. */
const daysTo2000 = 10_957;
const microsecondsTo2000 = 946_684_800_000_000n;
const firstDay = -719_162;
/** 0001-01-01: before it, a year has no number that both can print. */
const firstMicrosecond = -62_135_596_800_000_000n;
/** One less than what DuckDB takes for infinity; Postgres's times go on for another thirty years. */
const lastMicrosecond = 2n ** 63n - 2n;
const infiniteDays = [0x7f_ff_ff_ff, -0x80_00_00_00];

const offsetHigh = Number(microsecondsTo2000 >> 32n);
const offsetLow = Number(microsecondsTo2000 & 0xff_ff_ff_ffn);
// The high words that hold a time in range beyond doubt, so that only the others need exact arithmetic.
const surelyAbove = Number((firstMicrosecond - microsecondsTo2000) >> 32n) + 1;
const surelyBelow = Number((lastMicrosecond - microsecondsTo2000) >> 32n) - 1;

/** Appends a value that is no text and tells whether it fits. */
function appendFixed(
  column: WireColumn,
  buffer: ColumnBuffer,
  view: DataView,
  at: number,
): boolean {
  switch (column.wire) {
    case wire.int4:
      appendInteger(buffer, view.getInt32(at));
      return true;
    case wire.int2:
      appendInteger(buffer, view.getInt16(at));
      return true;
    case wire.int8:
    case wire.float8:
      buffer.appendPair(view.getInt32(at), view.getInt32(at + 4));
      return true;
    case wire.boolean:
      buffer.appendByte(view.getUint8(at));
      return true;
    case wire.date: {
      const days = view.getInt32(at);
      if (infiniteDays.includes(days) || days + daysTo2000 < firstDay) return false;
      buffer.appendWord(days + daysTo2000);
      return true;
    }
    case wire.timestamp:
      return appendTimestamp(buffer, view.getInt32(at), view.getInt32(at + 4));
    case wire.numeric: {
      const { type } = column.column;
      return type.kind === "decimal" && appendNumeric(buffer, type, view, at);
    }
    case wire.text:
      throw new Error("a text has no fixed form");
    default:
      return column.wire satisfies never;
  }
}

function appendInteger(buffer: ColumnBuffer, value: number): void {
  if (buffer.storedAs === "int64") buffer.appendPair(value >> 31, value);
  else buffer.appendWord(value);
}

function appendTimestamp(buffer: ColumnBuffer, high: number, low: number): boolean {
  if (high < surelyAbove || high > surelyBelow) {
    const time = (BigInt(high) << 32n) + BigInt(low >>> 0) + microsecondsTo2000;
    if (time < firstMicrosecond || time > lastMicrosecond) return false;
  }
  const sum = (low >>> 0) + offsetLow;
  buffer.appendPair(high + offsetHigh + (sum > 0xff_ff_ff_ff ? 1 : 0), sum | 0);
  return true;
}
