import type { Client, Connection, Submittable } from "pg";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/**
 * Writes what a `COPY … TO STDOUT` sends into a file, through Postgres's own protocol. The connection waits while the
 * disk does. Fails as a query does.
 */
export async function copyOut(client: Client, statement: string, path: string): Promise<void> {
  const file = createWriteStream(path);
  try {
    await new Promise<void>((resolve, reject) => {
      file.once("error", reject);
      client.query(new CopyOut(statement, file, { resolve, reject }));
    });
  } finally {
    file.end();
    await finished(file);
  }
}

interface Outcome {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One statement in the queue of a client, whose methods `pg` calls as the server's messages come in. */
class CopyOut implements Submittable {
  readonly #statement: string;
  readonly #file: WriteStream;
  readonly #outcome: Outcome;
  #isPaused = false;

  constructor(statement: string, file: WriteStream, outcome: Outcome) {
    this.#statement = statement;
    this.#file = file;
    this.#outcome = outcome;
  }

  submit(connection: Connection): void {
    connection.query(this.#statement);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }, connection: Connection): void {
    // The chunk is a window on a buffer that the connection uses again.
    if (this.#file.write(Buffer.from(chunk)) || this.#isPaused) return;
    this.#isPaused = true;
    connection.stream.pause();
    this.#file.once("drain", () => {
      this.#isPaused = false;
      connection.stream.resume();
    });
  }

  handleError(error: unknown, connection: Connection): void {
    connection.stream.resume();
    this.#outcome.reject(error);
  }

  handleReadyForQuery(connection: Connection): void {
    // A file that ends while it is full never drains.
    connection.stream.resume();
    this.#outcome.resolve();
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
