/** How a column's values stand in a segment, in Parquet's plain encoding. */
export type StoredAs = "boolean" | "int32" | "int64" | "double" | "bytes" | "fixed16";

const bytesOfValue = { boolean: 1, int32: 4, int64: 8, double: 8, fixed16: 16 } as const;

const firstCapacity = 64 * 1024;

/**
 * The values of one column of one row group, gathered in the form in which they are written. All columns have one shape,
 * so that the loop that fills them stays fast.
 */
export class ColumnBuffer {
  readonly storedAs: StoredAs;
  /** Values without the nulls between them; `words` is the same memory. Both change when it grows. */
  bytes = new Uint8Array(firstCapacity);
  words = new Int32Array(this.bytes.buffer);
  /** In bytes. */
  length = 0;
  /** Rows, nulls counted. */
  rows = 0;
  nulls = 0;
  /** One for each row that is null. */
  #absent = new Uint8Array(1024);

  constructor(storedAs: StoredAs) {
    this.storedAs = storedAs;
  }

  appendNull(): void {
    if (this.rows >= this.#absent.length) {
      const longer = new Uint8Array(2 ** Math.ceil(Math.log2(this.rows + 1)));
      longer.set(this.#absent);
      this.#absent = longer;
    }
    this.#absent[this.rows] = 1;
    this.rows += 1;
    this.nulls += 1;
  }

  /** A value of one byte. */
  appendByte(value: number): void {
    if (this.length === this.bytes.length) this.#grow(1);
    this.bytes[this.length] = value;
    this.length += 1;
    this.rows += 1;
  }

  /** A value of 32 bits. */
  appendWord(value: number): void {
    if (this.length + 4 > this.bytes.length) this.#grow(4);
    this.words[this.length >> 2] = value;
    this.length += 4;
    this.rows += 1;
  }

  /** A value of 64 bits, by its halves. */
  appendPair(high: number, low: number): void {
    if (this.length + 8 > this.bytes.length) this.#grow(8);
    const word = this.length >> 2;
    // Parquet's bytes are little-endian, as is every machine that this runs on.
    this.words[word] = low;
    this.words[word + 1] = high;
    this.length += 8;
    this.rows += 1;
  }

  /** A value of 128 bits, which Parquet writes with the highest byte first. */
  appendWide(value: bigint): void {
    if (this.length + 16 > this.bytes.length) this.#grow(16);
    const view = new DataView(this.bytes.buffer, this.length, 16);
    view.setBigInt64(0, value >> 64n);
    view.setBigUint64(8, BigInt.asUintN(64, value));
    this.length += 16;
    this.rows += 1;
  }

  /** A value of any length, behind its length. */
  appendBytes(source: Uint8Array, at: number, size: number): void {
    if (this.length + size + 4 > this.bytes.length) this.#grow(size + 4);
    const { bytes } = this;
    let to = this.length;
    bytes[to] = size & 0xff;
    bytes[to + 1] = (size >> 8) & 0xff;
    bytes[to + 2] = (size >> 16) & 0xff;
    bytes[to + 3] = size >> 24;
    to += 4;
    // A call costs more than copying a few bytes.
    if (size > 100) bytes.set(source.subarray(at, at + size), to);
    else
      for (let offset = 0; offset < size; offset += 1)
        bytes[to + offset] = source[at + offset] ?? 0;
    this.length = to + size;
    this.rows += 1;
  }

  /** Takes back the value appended last, of so many bytes where its length varies; a negative `size` stands for null. */
  dropLast(size: number): void {
    this.rows -= 1;
    if (size < 0) {
      this.nulls -= 1;
      this.#absent[this.rows] = 0;
    } else this.length -= this.storedAs === "bytes" ? size + 4 : bytesOfValue[this.storedAs];
  }

  #grow(more: number): void {
    let capacity = this.bytes.length;
    while (capacity < this.length + more) capacity *= 2;
    const longer = new Uint8Array(capacity);
    longer.set(this.bytes.subarray(0, this.length));
    this.bytes = longer;
    this.words = new Int32Array(longer.buffer);
  }

  /** Begins the next row group. Memory that one long value took is given back. */
  clear(): void {
    if (this.nulls > 0) this.#absent.fill(0);
    if (this.bytes.length > mostKept) {
      this.bytes = new Uint8Array(firstCapacity);
      this.words = new Int32Array(this.bytes.buffer);
    }
    this.length = 0;
    this.rows = 0;
    this.nulls = 0;
  }

  /** A data page's body: which rows have a value, and the values. It is valid until `clear`. */
  page(): readonly Uint8Array[] {
    const values = this.bytes.subarray(0, this.length);
    return [this.#definitionLevels(), this.storedAs === "boolean" ? packed(values) : values];
  }

  /** Parquet's run-length and bit-packed hybrid, one bit a row, behind its length. */
  #definitionLevels(): Uint8Array {
    const runs =
      this.nulls === 0
        ? [...varint(this.rows * 2), 1]
        : [...varint(Math.ceil(this.rows / 8) * 2 + 1)];
    const bits = this.nulls === 0 ? new Uint8Array() : this.#presentBits();
    const level = new Uint8Array(4 + runs.length + bits.length);
    new DataView(level.buffer).setUint32(0, runs.length + bits.length, true);
    level.set(runs, 4);
    level.set(bits, 4 + runs.length);
    return level;
  }

  #presentBits(): Uint8Array {
    const absent = this.#absent;
    const bits = new Uint8Array(Math.ceil(this.rows / 8));
    for (let row = 0; row < this.rows; row += 1) {
      // Rows behind the last null may be beyond its length.
      if (absent[row] !== 1) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
    }
    return bits;
  }
}

const mostKept = 16 * 1024 * 1024;

/** Bytes that a value of a column takes at least, for sizing row groups. */
export function leastBytes(storedAs: StoredAs): number {
  return storedAs === "bytes" ? 4 : bytesOfValue[storedAs];
}

/** Bytes of 0 and 1 as bits, the lowest first. */
function packed(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, index) => {
    bits[index >> 3] = (bits[index >> 3] ?? 0) | (value << (index & 7));
  });
  return bits;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
