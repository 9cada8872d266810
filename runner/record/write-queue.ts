/** How long a write may wait for others to go with it: each transaction waits for the disk. */
const gatheringMilliseconds = 200;

/** Runs writes in the order in which they were given, those that wait in one transaction. */
export class WriteQueue {
  readonly #transaction: (statements: readonly string[]) => Promise<void>;
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(transaction: (statements: readonly string[]) => Promise<void>) {
    this.#transaction = transaction;
  }

  /** Statements to be run soon. What goes wrong with them is thrown by the next `flush`. */
  add(statements: readonly string[]): void {
    this.#waiting.push(...statements);
    this.#timer ??= setTimeout(() => {
      this.#begin();
    }, gatheringMilliseconds);
  }

  /** Runs all that was added, and waits for it. */
  async flush(): Promise<void> {
    this.#begin();
    await this.#running;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Runs statements after all that was added, and waits for them. */
  async run(statements: readonly string[]): Promise<void> {
    this.add(statements);
    await this.flush();
  }

  /** One transaction at a time: the engine refuses two that touch the same rows. */
  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#running.then(async () => {
      const statements = this.#waiting.splice(0);
      if (statements.length === 0) return;
      try {
        await this.#transaction(statements);
      } catch (error) {
        this.#failure ??= { error };
      }
    });
  }
}
