import type { Client, Connection, Submittable } from "pg";
import { createReadStream } from "node:fs";
import { once } from "node:events";

/**
 * Runs a `COPY … FROM STDIN` with the bytes of these files, one after the other, through Postgres's own protocol: the
 * `pg` package leaves copying to its users. Memory holds one piece of one file. Fails as a query does.
 */
export function copyIn(
  client: Client,
  statement: string,
  files: readonly string[],
): Promise<number> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(statement, files, { resolve, reject }));
  });
}

/** What the types of `pg` leave out of its connection. */
interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

interface Outcome {
  readonly resolve: (rows: number) => void;
  readonly reject: (error: unknown) => void;
}

/** One statement in the queue of a client, whose methods `pg` calls as the server's messages come in. */
class CopyIn implements Submittable {
  readonly #statement: string;
  readonly #files: readonly string[];
  readonly #outcome: Outcome;
  #rows = 0;
  #error: unknown;
  #isOver = false;

  constructor(statement: string, files: readonly string[], outcome: Outcome) {
    this.#statement = statement;
    this.#files = files;
    this.#outcome = outcome;
  }

  submit(connection: Connection): void {
    connection.query(this.#statement);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    this.#send(connection).then(
      () => {
        if (!this.#isOver) connection.endCopyFrom();
      },
      (error: unknown) => {
        this.#error = error;
        if (!this.#isOver) connection.sendCopyFail(String(error));
      },
    );
  }

  async #send(connection: CopyConnection): Promise<void> {
    for (const file of this.#files)
      for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
        if (this.#isOver) return;
        connection.sendCopyFromChunk(chunk as Buffer);
        if (connection.stream.writableNeedDrain)
          await Promise.race([once(connection.stream, "drain"), once(connection.stream, "close")]);
      }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#rows = Number(/\d+$/.exec(text)?.[0] ?? 0);
  }

  handleError(error: unknown): void {
    this.#isOver = true;
    this.#error ??= error;
    // After an error, pg waits for the server's readiness itself and does not call this query again.
    this.#outcome.reject(this.#error);
  }

  handleReadyForQuery(): void {
    this.#isOver = true;
    if (this.#error === undefined) this.#outcome.resolve(this.#rows);
    else this.#outcome.reject(this.#error);
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
