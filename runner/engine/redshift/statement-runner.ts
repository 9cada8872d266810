import { setTimeout as pause } from "node:timers/promises";
import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";
import { Failure } from "../../core/diagnostic.ts";
import type { SubmissionCost } from "../../core/engine-load.ts";
import { clientToken, statementName } from "./client-token.ts";
import { isOver } from "./data-api.ts";
import type { DataApi } from "./data-api.ts";
import type { StatementJournal } from "./journal.ts";
import { RequestFailure } from "./request-failure.ts";
import { Slots } from "./slots.ts";
import { costOf } from "./submission-cost.ts";

export interface RunnerParts {
  readonly api: DataApi;
  readonly journal: StatementJournal;
  readonly instance: string;
  /** Submissions that may be under way at the same time. */
  readonly slots: number;
}

/** Statements to run: one by itself, or several as one transaction. */
export interface Work {
  readonly statements: readonly string[];
  readonly isBatch: boolean;
  /** Told what it cost, when it is over, well or not. */
  readonly tell?: ((cost: SubmissionCost) => void) | undefined;
}

/** A submission between its first request and its end. */
interface Flight {
  readonly interruption: AbortController;
  id?: string;
}

/** Seconds for which one request waits for a statement's end; the service takes up to 30. */
const waitSeconds = 20;

/**
 * Runs submissions to their end. Each is in the journal before it is submitted, and with its id before it is waited
 * for. When the service is out of reach for longer than the patience lasts, nobody knows what became of a submission:
 * then the runner is lost, and refuses everything, so that no caller undoes what may have been done.
 */
export class StatementRunner {
  readonly #parts: RunnerParts;
  readonly #slots: Slots;
  readonly #flights = new Map<Flight, Promise<unknown>>();
  #sequence = 0;
  #name: string;
  #lost: Failure | undefined;

  constructor(parts: RunnerParts, name: string) {
    this.#parts = parts;
    this.#slots = new Slots(parts.slots);
    this.#name = name;
  }

  /** Submissions from now on are named so. */
  set name(name: string) {
    this.#name = name;
  }

  /** How a submission ended, well or not. */
  async run(work: Work): Promise<DescribeStatementResponse> {
    const flight: Flight = { interruption: new AbortController() };
    const end = this.#slots.use(() => this.#fly(flight, work));
    this.#flights.set(
      flight,
      end.catch(() => undefined),
    );
    try {
      return await end;
    } finally {
      this.#flights.delete(flight);
    }
  }

  /** Cancels what is under way and waits until all of it is over. */
  async interrupt(): Promise<void> {
    const flights = [...this.#flights];
    for (const [{ interruption }] of flights) interruption.abort();
    await Promise.all(
      flights.map(async ([{ id }, end]) => {
        if (id !== undefined) await this.#parts.api.cancel(id).catch(() => undefined);
        await end;
      }),
    );
  }

  async #fly(
    flight: Flight,
    { statements, isBatch, tell }: Work,
  ): Promise<DescribeStatementResponse> {
    const { journal, instance } = this.#parts;
    if (this.#lost !== undefined) throw this.#lost;
    if (isInterrupted(flight)) throw interrupted();
    this.#sequence += 1;
    const token = clientToken(instance, this.#sequence, statements);
    const name = statementName(this.#name, instance, this.#sequence);
    await journal.begun(token, name);
    const id = await this.#submit({ statements, isBatch, token, name }, flight);
    flight.id = id;
    // A full disk is no reason to let go of it: whoever comes after finds it by its name, which is on the disk.
    await journal.submitted(token, id).catch(() => undefined);
    // The interruption came before there was an id to cancel.
    if (isInterrupted(flight)) await this.#parts.api.cancel(id).catch(() => undefined);
    const described = await this.#untilOver(id);
    journal.ended(token);
    tell?.(costOf(described, statements.length));
    return described;
  }

  async #submit(submission: Parameters<DataApi["submit"]>[0], flight: Flight): Promise<string> {
    try {
      return await this.#parts.api.submit(submission, flight.interruption.signal);
    } catch (error) {
      if (!(error instanceof RequestFailure) || !error.didNothing) throw this.#lose(error);
      this.#parts.journal.ended(submission.token);
      throw isInterrupted(flight) ? interrupted() : error;
    }
  }

  async #untilOver(id: string): Promise<DescribeStatementResponse> {
    try {
      const described = await untilOver(this.#parts.api, id);
      if (described !== undefined) return described;
      const message = `Redshift has forgotten the statement ${id} before it was over.`;
      const hint = "Run it again: the next run finds out what became of this one.";
      throw new Failure([{ code: "WAREHOUSE_FAILED", message, hint }], 1);
    } catch (error) {
      throw this.#lose(error);
    }
  }

  #lose(error: unknown): unknown {
    if (error instanceof Failure) this.#lost ??= error;
    return error;
  }
}

/** Waits for a statement's end, however long it takes. Undefined for one that nobody knows any more. */
export async function untilOver(
  api: DataApi,
  id: string,
): Promise<DescribeStatementResponse | undefined> {
  for (let pauseMilliseconds = 50; ; pauseMilliseconds = Math.min(2 * pauseMilliseconds, 2_000)) {
    const began = performance.now();
    const described = await api.describe(id, waitSeconds);
    if (described === undefined || isOver(described)) return described;
    // A service that answers at once, whatever it was asked, is not asked all the time.
    if (performance.now() - began < 1_000) await pause(pauseMilliseconds);
  }
}

function isInterrupted({ interruption }: Flight): boolean {
  return interruption.signal.aborted;
}

function interrupted(): Failure {
  return new Failure(
    [{ code: "SQL_FAILED", message: "Interrupted: the statement was not submitted." }],
    1,
  );
}
