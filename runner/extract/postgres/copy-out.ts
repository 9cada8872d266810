import { Readable } from "node:stream";
import type { Socket } from "node:net";
import type { Connection, Submittable } from "pg";

const copyData = 0x64;
const copyOutResponse = 0x48;
const notice = 0x4e;
const parameterStatus = 0x53;

type DataListener = (chunk: Buffer) => void;

/**
 * What `COPY … TO STDOUT` sends, as bytes, for `client.query`. It reads the connection in the driver's place, because the
 * driver makes an object of every row, and gives it back at the first message that is not the copy's own.
 */
export class CopyOut extends Readable implements Submittable {
  /** Rows that Postgres says it has sent; known at the end. */
  rowCount = 0;
  readonly #statement: string;
  #stream: Socket | undefined;
  #driver: DataListener | undefined;
  /** Bytes of the current message that are still to come, and whether they are rows. */
  #left = 0;
  #isData = false;
  /** The beginning of a message's five bytes of type and length. */
  #head: Buffer = Buffer.alloc(0);

  constructor(statement: string) {
    super({ highWaterMark: 1024 * 1024 });
    this.#statement = statement;
  }

  submit(connection: Connection): void {
    const { stream } = connection as unknown as { readonly stream: Socket };
    const [driver] = stream.listeners("data") as DataListener[];
    this.#stream = stream;
    this.#driver = driver;
    stream.removeAllListeners("data");
    stream.on("data", this.#onData);
    connection.query(this.#statement);
  }

  override _read(): void {
    this.#stream?.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Abandoned in the middle of a message, the connection is of no use to the driver any more.
    this.#stream?.removeListener("data", this.#onData);
    callback(error);
  }

  handleError(error: Error): void {
    this.destroy(error);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rowCount = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? Number.NaN);
  }

  handleReadyForQuery(): void {
    this.push(null);
  }

  readonly #onData = (received: Buffer): void => {
    const chunk = this.#head.length === 0 ? received : Buffer.concat([this.#head, received]);
    this.#head = Buffer.alloc(0);
    // What is left of the messages moves to the front, over their heads.
    let from = 0;
    let to = 0;
    while (from < chunk.length) {
      if (this.#left === 0) {
        const type = chunk[from];
        const isOurs =
          type === copyData ||
          type === copyOutResponse ||
          type === notice ||
          type === parameterStatus;
        if (!isOurs) {
          const rest = chunk.subarray(from);
          this.#giveBack();
          if (to > 0) this.push(chunk.subarray(0, to));
          this.#driver?.(rest);
          return;
        }
        if (chunk.length - from < 5) {
          this.#head = Buffer.from(chunk.subarray(from));
          break;
        }
        this.#left = chunk.readInt32BE(from + 1) - 4;
        this.#isData = type === copyData;
        from += 5;
      }
      const size = Math.min(this.#left, chunk.length - from);
      if (this.#isData) {
        if (from !== to) chunk.copyWithin(to, from, from + size);
        to += size;
      }
      from += size;
      this.#left -= size;
    }
    if (to > 0 && !this.push(chunk.subarray(0, to))) this.#stream?.pause();
  };

  #giveBack(): void {
    const stream = this.#stream;
    if (stream === undefined || this.#driver === undefined) return;
    stream.removeListener("data", this.#onData);
    stream.on("data", this.#driver);
    stream.resume();
  }
}
