import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";
import type { TellCost } from "../../core/engine-load.ts";
import { isConflict } from "./error-text.ts";
import { assertSendable, fitsBatch } from "./limits.ts";
import { assertTransactional, packTransaction } from "./packed-transaction.ts";
import { retried } from "./retried.ts";
import type { Patience } from "./retried.ts";
import { errorTextOf, failureOf } from "./statement-error.ts";
import type { FindStatement } from "./statement-error.ts";
import type { StatementRunner } from "./statement-runner.ts";

export interface TransactionParts {
  readonly runner: StatementRunner;
  readonly instance: string;
  /** The warehouse in words, for messages. */
  readonly warehouse: string;
  /** How long a transaction is tried again that another one was in the way of. */
  readonly patience: Patience;
}

interface Attempts {
  readonly isBatch: boolean;
  readonly find?: FindStatement;
  readonly tell: TellCost | undefined;
}

/** Runs transactions to their end, each again and again while others are in its way. */
export class Transactions {
  readonly #parts: TransactionParts;
  /** Aborted by an interruption, so that nothing that began before it is tried again. */
  #stop = new AbortController();
  #packed = 0;

  constructor(parts: TransactionParts) {
    this.#parts = parts;
  }

  /** One statement by itself; `tell` is told of each try, whatever its end. */
  async one(statement: string, tell: TellCost | undefined): Promise<DescribeStatementResponse> {
    assertSendable(statement);
    return this.#whole([statement], { isBatch: false, tell });
  }

  /** All of the statements or none of them. */
  async all(statements: readonly string[], tell: TellCost | undefined): Promise<void> {
    if (statements.length === 0) return;
    assertTransactional(statements);
    if (fitsBatch(statements)) await this.#whole(statements, { isBatch: true, tell });
    else await this.#pack(statements, tell);
  }

  /** The same, with the description of how it ended. */
  batch(statements: readonly string[]): Promise<DescribeStatementResponse> {
    return this.#whole(statements, { isBatch: true, tell: undefined });
  }

  interrupt(): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    return this.#parts.runner.interrupt();
  }

  async #whole(
    statements: readonly string[],
    { isBatch, find, tell }: Attempts,
  ): Promise<DescribeStatementResponse> {
    const { runner, patience, warehouse } = this.#parts;
    const tried = await retried(
      async () => {
        const described = await runner.run({ statements, isBatch, tell });
        if (described.Status !== "FINISHED") throw new Unfinished(described);
        return described;
      },
      {
        patience,
        refusalOf: (error) => (error instanceof Unfinished && error.isConflict ? "busy" : "final"),
        signal: this.#stop.signal,
      },
    );
    if (tried.isAnswered) return tried.answer;
    if (!(tried.error instanceof Unfinished)) throw tried.error;
    throw failureOf(tried.error.described, statements, { warehouse, ...(find && { find }) });
  }

  async #pack(statements: readonly string[], tell: TellCost | undefined): Promise<void> {
    this.#packed += 1;
    const token = `${this.#parts.instance}:${this.#packed}`;
    const { creations, batch, drops, find } = packTransaction(statements, token);
    const drop = (statement: string) => this.one(statement, tell).catch(() => undefined);
    try {
      const made = await Promise.allSettled(creations.map((creation) => this.one(creation, tell)));
      // All of them are over before any is dropped.
      for (const each of made) if (each.status === "rejected") throw each.reason;
      await this.#whole(batch, { isBatch: true, find, tell });
    } catch (error) {
      await drop(drops.afterFailure);
      throw error;
    } finally {
      // What cannot be dropped now, `settle` drops.
      await Promise.all(drops.always.map(drop));
    }
  }
}

/** A submission that failed or was cancelled. */
class Unfinished extends Error {
  readonly described: DescribeStatementResponse;
  readonly isConflict: boolean;

  constructor(described: DescribeStatementResponse) {
    const text = errorTextOf(described);
    super(text);
    this.described = described;
    this.isConflict = described.Status === "FAILED" && isConflict(text);
  }
}
