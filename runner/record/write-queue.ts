/** Runs writes in the order in which they were given, those that wait in one transaction. */
export class WriteQueue {
  readonly #transaction: (statements: readonly string[]) => Promise<void>;
  #waiting: string[] = [];
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(transaction: (statements: readonly string[]) => Promise<void>) {
    this.#transaction = transaction;
  }

  /** Statements to be run soon. What goes wrong with them is thrown by the next `flush`. */
  add(statements: readonly string[]): void {
    this.#waiting.push(...statements);
    this.#running ??= this.#work();
  }

  /** Waits for all that was added. */
  async flush(): Promise<void> {
    await this.#running;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Statements of a transaction of their own, after all that was added; the engine refuses two that touch the same rows. */
  async run(statements: readonly string[]): Promise<void> {
    this.add(statements);
    await this.flush();
  }

  async #work(): Promise<void> {
    // What is added in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const statements = this.#waiting;
      this.#waiting = [];
      try {
        await this.#transaction(statements);
      } catch (error) {
        this.#failure ??= { error };
      }
    }
    this.#running = undefined;
  }
}
