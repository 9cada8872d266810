import { open, type FileHandle } from "node:fs/promises";
import { diskFailure } from "../core/disk-failure.ts";

const flushLength = 256 * 1024;

/** Appends rows to a file in the form that the Parquet writer reads: null unquoted and empty, everything else quoted. */
export class CsvSpool {
  readonly #path: string;
  readonly #handle: FileHandle;
  #lines: string[] = [];
  #length = 0;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  static async open(path: string): Promise<CsvSpool> {
    try {
      return new CsvSpool(path, await open(path, "w"));
    } catch (error) {
      throw diskFailure(error, path) ?? error;
    }
  }

  /** Callers that await this are slowed to the disk's speed. */
  async append(row: readonly (string | null)[]): Promise<void> {
    const fields = row.map((value) => (value === null ? "" : `"${value.replaceAll('"', '""')}"`));
    const line = `${fields.join(",")},1\n`;
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= flushLength) await this.#flush();
  }

  /** Everything appended is in the file when this returns. */
  async finish(): Promise<void> {
    await this.#flush();
  }

  async close(): Promise<void> {
    await this.#written.catch(() => undefined);
    await this.#handle.close();
  }

  #flush(): Promise<void> {
    const text = this.#lines.join("");
    this.#lines = [];
    this.#length = 0;
    this.#written = this.#written.then(async () => {
      try {
        await this.#handle.appendFile(text);
      } catch (error) {
        throw diskFailure(error, this.#path) ?? error;
      }
    });
    return this.#written;
  }
}
