import type { DataApiErrorType } from "./data-api-error.ts";

interface Occasion {
  /** The how-manieth match fires, counted from when the fault was set. Default 1. */
  readonly at?: number;
  /** How many matches in a row fire. Default 1. */
  readonly times?: number | "always";
}

interface StatementOccasion extends Occasion {
  /** What the statement's text matches; a text is a regular expression without regard to case. Default: every statement. */
  readonly sql?: string | RegExp;
}

interface CallOccasion extends StatementOccasion {
  /** As in X-Amz-Target: ExecuteStatement, DescribeStatement … Default: every operation. */
  readonly operation?: string;
}

export type StatementFault =
  /** Serializable isolation violation, error 1023: the transaction is rolled back. */
  | (StatementOccasion & { readonly kind: "conflict" })
  /** The statement fails with this message; in a batch it is a failing sub-statement. */
  | (StatementOccasion & { readonly kind: "failure"; readonly message: string })
  /** Waits in the queue (SUBMITTED): seen in UpdatedAt, not in Duration. */
  | (StatementOccasion & { readonly kind: "queue"; readonly milliseconds: number })
  /** Runs so much longer. */
  | (StatementOccasion & { readonly kind: "slowness"; readonly milliseconds: number })
  /** Runs until it is cancelled. */
  | (StatementOccasion & { readonly kind: "hang" })
  /** The connection to the database breaks before the statement: its transaction and its session are gone. */
  | (StatementOccasion & { readonly kind: "disconnect" });

export type CallFault =
  /** The call is refused; default ThrottlingException. */
  | (CallOccasion & { readonly kind: "refusal"; readonly error?: DataApiErrorType })
  /** The connection is cut: before anything is done, or after the work is done and committed. */
  | (CallOccasion & { readonly kind: "lost-response"; readonly when: "before" | "after" });

export type Fault = StatementFault | CallFault;
export type FaultKind = Fault["kind"];

/** Sets faults and tells which ones have fired. Faults change only what this server does, never the client. */
export interface Faults {
  add(...faults: readonly Fault[]): void;
  /** Forgets all faults and what has fired. */
  clear(): void;
  /** Faults in the order in which they fired; a test asserts that its fault is here. */
  readonly fired: readonly Fault[];
  /** Faults that may still fire. */
  readonly pending: readonly Fault[];
}

/** What the server asks at each place where a fault may stand. Each question counts as one match. */
export class FaultPlan implements Faults {
  #entries: { readonly fault: Fault; seen: number }[] = [];
  #fired: Fault[] = [];

  add(...faults: readonly Fault[]): void {
    this.#entries.push(...faults.map((fault) => ({ fault, seen: 0 })));
  }

  clear(): void {
    this.#entries = [];
    this.#fired = [];
  }

  get fired(): readonly Fault[] {
    return [...this.#fired];
  }

  get pending(): readonly Fault[] {
    return this.#entries.filter(({ fault, seen }) => seen < lastMatch(fault)).map((e) => e.fault);
  }

  /** The faults of these kinds that fire at one of these statements, in the order in which they were set. */
  atStatement<K extends StatementFault["kind"]>(
    kinds: readonly K[],
    sqls: readonly string[],
  ): Extract<Fault, { kind: K }>[] {
    return this.#take(kinds, sqls);
  }

  /** As `atStatement`, at a call; `sqls` is empty for calls that bring none. */
  atCall<K extends CallFault["kind"]>(
    kinds: readonly K[],
    call: { operation: string; sqls: readonly string[] },
  ): Extract<Fault, { kind: K }>[] {
    return this.#take(kinds, call.sqls, call.operation);
  }

  #take<K extends FaultKind>(
    kinds: readonly K[],
    sqls: readonly string[],
    operation?: string,
  ): Extract<Fault, { kind: K }>[] {
    const fires: Extract<Fault, { kind: K }>[] = [];
    for (const entry of this.#entries) {
      if (!isOfKind(entry.fault, kinds) || !matches(entry.fault, sqls, operation)) continue;
      entry.seen += 1;
      if (entry.seen < (entry.fault.at ?? 1) || entry.seen > lastMatch(entry.fault)) continue;
      fires.push(entry.fault);
      this.#fired.push(entry.fault);
    }
    return fires;
  }
}

function isOfKind<K extends FaultKind>(
  fault: Fault,
  kinds: readonly K[],
): fault is Extract<Fault, { kind: K }> {
  return (kinds as readonly string[]).includes(fault.kind);
}

function matches(fault: Fault, sqls: readonly string[], operation: string | undefined): boolean {
  if ("operation" in fault && fault.operation !== operation) return false;
  const { sql } = fault;
  if (sql === undefined) return true;
  const pattern = typeof sql === "string" ? new RegExp(sql, "i") : sql;
  return sqls.some((text) => text.search(pattern) >= 0);
}

function lastMatch(fault: Fault): number {
  const times = fault.times ?? 1;
  return times === "always" ? Infinity : (fault.at ?? 1) + times - 1;
}
