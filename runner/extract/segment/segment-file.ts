import { open, type FileHandle } from "node:fs/promises";
import { diskFailure } from "../../core/disk-failure.ts";
import { ColumnBuffer, type StoredAs } from "./column-buffer.ts";
import { bool, encodeThrift, i32, i64, list, struct, text, type Thrift } from "./thrift.ts";

/** What the stored values mean; without it they are numbers or bytes. */
export type Meaning =
  | { readonly kind: "text" | "date" | "timestamp" | "timestamptz" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number };

export interface SegmentColumn {
  readonly name: string;
  readonly storedAs: StoredAs;
  readonly meaning?: Meaning;
}

/**
 * A Parquet file in the simplest of its forms (plain encoding, nothing compressed, every column optional): rows on their
 * way from a source's own binary form to the engine that compresses them, which reads it several times as fast as text.
 * Format: https://github.com/apache/parquet-format (README, Encodings, src/main/thrift/parquet.thrift).
 */
export class SegmentFile {
  readonly path: string;
  readonly #columns: readonly SegmentColumn[];
  readonly #handle: FileHandle;
  readonly #groups: Thrift[] = [];
  #rows = 0;
  #bytes = 0;

  private constructor(path: string, columns: readonly SegmentColumn[], handle: FileHandle) {
    this.path = path;
    this.#columns = columns;
    this.#handle = handle;
  }

  static async open(path: string, columns: readonly SegmentColumn[]): Promise<SegmentFile> {
    return writing(path, async () => {
      const file = new SegmentFile(path, columns, await open(path, "w"));
      await file.#append([magic]);
      return file;
    });
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The buffers, one for each column, may be filled again when this returns. */
  async writeGroup(buffers: readonly ColumnBuffer[]): Promise<void> {
    const rows = buffers[0]?.rows ?? 0;
    const start = this.#bytes;
    const chunks: Thrift[] = [];
    for (const [index, buffer] of buffers.entries()) {
      const column = this.#columns[index];
      if (column === undefined || buffer.rows !== rows) throw new Error("columns of one length");
      const body = buffer.page();
      const bodyBytes = lengthOf(body);
      const header = encodeThrift(pageHeader(rows, bodyBytes));
      chunks.push(columnChunk(column, rows, { at: this.#bytes, bytes: header.length + bodyBytes }));
      await writing(this.path, () => this.#append([header, ...body]));
    }
    this.#groups.push(
      struct({ 1: list("struct", chunks), 2: i64(this.#bytes - start), 3: i64(rows) }),
    );
    this.#rows += rows;
  }

  /** Writes the footer; without it the file is none. */
  async finish(): Promise<void> {
    const footer = encodeThrift(
      struct({
        1: i32(1),
        2: list("struct", [
          struct({ 4: text("rows"), 5: i32(this.#columns.length) }),
          ...this.#columns.map(schemaElement),
        ]),
        3: i64(this.#rows),
        4: list("struct", this.#groups),
      }),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await writing(this.path, () => this.#append([footer, length, magic]));
    await this.close();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #append(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      await this.#handle.appendFile(part);
      this.#bytes += part.length;
    }
  }
}

const magic = Buffer.from("PAR1");

const physicalTypes = { boolean: 0, int32: 1, int64: 2, double: 5, bytes: 6, fixed16: 7 } as const;
const plain = 0;
const runLength = 3;
const optional = 1;
const uncompressed = 0;
const dataPage = 0;

function pageHeader(rows: number, bytes: number): Thrift {
  return struct({
    1: i32(dataPage),
    2: i32(bytes),
    3: i32(bytes),
    5: struct({ 1: i32(rows), 2: i32(plain), 3: i32(runLength), 4: i32(runLength) }),
  });
}

function columnChunk(
  column: SegmentColumn,
  rows: number,
  { at, bytes }: { readonly at: number; readonly bytes: number },
): Thrift {
  const metadata = struct({
    1: i32(physicalTypes[column.storedAs]),
    2: list("i32", [i32(plain), i32(runLength)]),
    3: list("text", [text(column.name)]),
    4: i32(uncompressed),
    5: i64(rows),
    6: i64(bytes),
    7: i64(bytes),
    9: i64(at),
  });
  return struct({ 2: i64(at), 3: metadata });
}

function schemaElement({ name, storedAs, meaning }: SegmentColumn): Thrift {
  const length: Readonly<Record<number, Thrift>> = storedAs === "fixed16" ? { 2: i32(16) } : {};
  return struct({
    1: i32(physicalTypes[storedAs]),
    ...length,
    3: i32(optional),
    4: text(name),
    ...(meaning === undefined ? {} : annotation(meaning)),
  });
}

/** The fields `converted_type` (6), `scale` (7), `precision` (8) and `logicalType` (10) of a schema element. */
function annotation(meaning: Meaning): Readonly<Record<number, Thrift>> {
  switch (meaning.kind) {
    case "text":
      return { 6: i32(0) };
    case "date":
      return { 6: i32(6) };
    case "decimal":
      return { 6: i32(5), 7: i32(meaning.scale), 8: i32(meaning.precision) };
    case "timestamp":
    case "timestamptz": {
      const microseconds = struct({ 2: struct({}) });
      const isInstant = bool(meaning.kind === "timestamptz");
      return { 10: struct({ 8: struct({ 1: isInstant, 2: microseconds }) }) };
    }
    default:
      return meaning satisfies never;
  }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

async function writing<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw diskFailure(error, path) ?? error;
  }
}
