/** The right to publish, which one run has at a time. */
export interface Lease {
  /** Grows with every holder. */
  readonly token: number;
  /** For a publish transaction, before all else: they fail when somebody else has taken the lease over. */
  guardStatements(): readonly string[];
  isHeld(): Promise<boolean>;
  /** Lets the next run begin without waiting. */
  release(): Promise<void>;
}

/** Who holds a lease, for those who wait. */
export interface LeaseHolder {
  readonly command: string;
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Tells the process from a later one that got its number; absent where the system does not tell. */
  readonly began?: string;
  /** Of two processes with the same machine each sees whether the other lives; absent where the system does not tell. */
  readonly machine?: string;
}
