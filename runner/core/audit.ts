import type { RelationName } from "./relation.ts";

/** A query as somebody asked it. */
export interface AskedQuery {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** As whom. */
  readonly user: string;
  /** Who it was to the operating system. */
  readonly osUser: string;
  /** Absent where nobody's rights were asked for. */
  readonly role?: string;
  readonly target: string;
  readonly statement: string;
}

/** How a query ended; what it read is known as far as it came. */
export interface QueryOutcome {
  readonly outcome: "answered" | "refused" | "failed";
  /** Relations that it named. */
  readonly relations?: readonly RelationName[];
  /** Columns that it read, as `zone.name.column`, whether they were shown or only looked at. */
  readonly columns?: readonly string[];
  /** Rows that were given out. */
  readonly rows?: number;
  readonly milliseconds: number;
  /** The code of what refused or failed it, with its message. */
  readonly cause?: string;
}

export interface AuditRecord extends AskedQuery {
  /** Absent where its process ended before it. */
  readonly ended?: QueryOutcome;
}

/** What remains of every query. It is written ahead: nobody is answered whose question is not on record. */
export interface AuditTrail {
  begin(query: AskedQuery): Promise<void>;
  /** Of a query that began; its answer is given out after this. */
  end(id: string, outcome: QueryOutcome): Promise<void>;
}
