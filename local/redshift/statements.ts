import { randomUUID } from "node:crypto";
import type { StatementResult } from "./sql/execute-statement.ts";
import type { Submission } from "./requests.ts";
import type { Target } from "./warehouse.ts";

export type StatementStatus =
  "SUBMITTED" | "PICKED" | "STARTED" | "FINISHED" | "FAILED" | "ABORTED";
export type ExecutionMode = "TRANSACTION" | "AUTO_COMMIT";

/** One SQL text of a submission: all of an ExecuteStatement, or a sub-statement of a batch. Times in milliseconds since 1970. */
export interface Part {
  /** The statement's id, with `:n` behind it in a batch. */
  readonly id: string;
  readonly sql: string;
  readonly createdAt: number;
  status: StatementStatus;
  updatedAt: number;
  /** -1 until it has ended. */
  nanoseconds: number;
  error?: string;
  result?: StatementResult;
  resultBytes?: number;
  queryId?: number;
}

export interface StatementInit {
  readonly request: Submission;
  readonly target: Target;
  readonly sqls: readonly string[];
  /** Absent for ExecuteStatement. */
  readonly executionMode?: ExecutionMode | undefined;
  readonly sessionId?: string;
  readonly now: () => number;
}

const ENDED: readonly StatementStatus[] = ["FINISHED", "FAILED", "ABORTED"];

/** A submitted statement or batch: its state, and whoever waits for its end. */
export class Statement {
  readonly id = randomUUID();
  readonly init: StatementInit;
  readonly parts: readonly Part[];
  readonly createdAt: number;
  readonly ended: Promise<void>;
  /** Aborted by CancelStatement. */
  readonly cancelling = new AbortController();
  status: StatementStatus = "SUBMITTED";
  updatedAt: number;
  error?: string;
  processId?: number;
  waiting = 0;
  #end: () => void = () => undefined;

  constructor(init: StatementInit) {
    this.init = init;
    this.createdAt = this.updatedAt = init.now();
    this.parts = init.sqls.map((sql, index) => ({
      id: init.executionMode === undefined ? this.id : `${this.id}:${index + 1}`,
      sql,
      status: "SUBMITTED",
      createdAt: this.createdAt,
      updatedAt: this.createdAt,
      nanoseconds: -1,
    }));
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  get isBatch(): boolean {
    return this.init.executionMode !== undefined;
  }

  get hasEnded(): boolean {
    return ENDED.includes(this.status);
  }

  get hasResultSet(): boolean {
    return this.parts.some(({ result }) => result?.hasResultSet === true);
  }

  become(status: StatementStatus, error?: string): void {
    this.status = status;
    this.updatedAt = this.init.now();
    if (error !== undefined) this.error = error;
    if (this.hasEnded) this.#end();
  }

  partBecomes(part: Part, status: StatementStatus, error?: string): void {
    part.status = status;
    part.updatedAt = this.init.now();
    if (error !== undefined) part.error = error;
  }
}
