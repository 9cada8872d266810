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
    let at = start;
    for (;;) {
      const end = this.#endOfRow(bytes, at);
      if (end < 0) return at;
      if (this.#state === "end") return bytes.length;
      this.#readRow(bytes, at + 2);
      at = end;
    }
  }

  /** Where the row at `at` ends; negative when it is not all there yet. */
  #endOfRow(bytes: Buffer, at: number): number {
    const { length } = bytes;
    this.#needed = length - at + 1;
    if (at + 2 > length) return -1;
    const fields = int16(bytes, at);
    if (fields === -1) {
      this.#state = "end";
      return at + 2;
    }
    if (fields !== this.#columns.length) {
      throw new Error(
        `a row of ${fields} fields came where ${this.#columns.length} were asked for`,
      );
    }
    let end = at + 2;
    for (let field = 0; field < fields; field += 1) {
      if (end + 4 > length) return -1;
      const size = int32(bytes, end);
      end += size < 0 ? 4 : 4 + size;
      if (end - at > longestRow) throw new RowTooLong();
      if (end > length) {
        this.#needed = end - at;
        return -1;
      }
    }
    return end;
  }

  #readRow(bytes: Buffer, start: number): void {
    let at = start;
    const { length } = this.#columns;
    for (let index = 0; index < length; index += 1) {
      const column = this.#columns[index];
      const buffer = this.buffers[index];
      if (column === undefined || buffer === undefined) return;
      const size = int32(bytes, at);
      at += 4;
      if (size < 0) {
        if (column.isTyped && !column.column.nullable) throw misfit(column);
        buffer.appendNull();
        continue;
      }
      if (!appendValue(column, buffer, bytes, { at, size })) throw misfit(column);
      if (this.#checksUtf8 && column.wire === wire.text) this.#assertUtf8(bytes, start, index);
      at += size;
    }
    this.#rows += 1;
  }

  #assertUtf8(bytes: Buffer, start: number, wanted: number): void {
    const fields: (Buffer | null)[] = [];
    let at = start;
    for (let index = 0; index < this.#columns.length; index += 1) {
      const size = int32(bytes, at);
      at += 4;
      fields.push(size < 0 ? null : bytes.subarray(at, at + size));
      at += Math.max(0, size);
    }
    const value = fields[wanted];
    if (value === undefined || value === null || isUtf8(value)) return;
    throw new NotUtf8(this.#columns[wanted]?.column.name ?? "", fields);
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

/** Appends the value at `at` and tells whether it fits. */
function appendValue(
  { wire: form, longest, segment, column }: WireColumn,
  buffer: ColumnBuffer,
  bytes: Buffer,
  { at, size }: { readonly at: number; readonly size: number },
): boolean {
  switch (form) {
    case wire.text: {
      if (longest !== undefined && size > longest) return false;
      buffer.appendBytes(bytes, at, size);
      return true;
    }
    case wire.int4:
      appendInteger(buffer, int32(bytes, at), segment.storedAs === "int64");
      return true;
    case wire.int2:
      appendInteger(buffer, int16(bytes, at), segment.storedAs === "int64");
      return true;
    case wire.int8:
    case wire.float8:
      buffer.appendPair(int32(bytes, at), int32(bytes, at + 4));
      return true;
    case wire.boolean:
      buffer.appendByte(bytes[at] ?? 0);
      return true;
    case wire.date: {
      const days = int32(bytes, at);
      if (infiniteDays.includes(days) || days + daysTo2000 < firstDay) return false;
      buffer.appendWord(days + daysTo2000);
      return true;
    }
    case wire.timestamp:
      return appendTimestamp(buffer, int32(bytes, at), int32(bytes, at + 4));
    case wire.numeric:
      return column.type.kind === "decimal" && appendNumeric(buffer, column.type, bytes, at);
    default:
      return form satisfies never;
  }
}

function appendInteger(buffer: ColumnBuffer, value: number, isLong: boolean): void {
  if (isLong) buffer.appendPair(value >> 31, value);
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

function int16(bytes: Buffer, at: number): number {
  return ((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)) << 16) >> 16;
}

function int32(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  );
}
