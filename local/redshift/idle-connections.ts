import type pg from "pg";

/** Connections that wait for their next statement: a new one costs Postgres a process. */
export class IdleConnections {
  /** With what is to be done when one breaks while it waits. */
  readonly #idle = new Map<pg.Client, () => void>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  take(): pg.Client | undefined {
    const [found] = this.#idle;
    if (found === undefined) return undefined;
    const [client, forget] = found;
    client.off("end", forget);
    this.#idle.delete(client);
    return client;
  }

  /** Ends an open transaction and forgets settings, temporary tables and the role, as the end of the connection would. */
  async put(client: pg.Client): Promise<void> {
    try {
      await client.query("rollback");
      if (this.#idle.size >= this.#most) throw new Error("enough");
      await client.query("discard all");
      const forget = () => this.#idle.delete(client);
      client.once("end", forget);
      this.#idle.set(client, forget);
    } catch {
      await client.end().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle.keys()].map((client) => client.end().catch(() => undefined)));
  }
}
