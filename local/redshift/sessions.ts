import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Connections } from "./connections.ts";
import { DataApiError, invalid } from "./data-api-error.ts";
import type { Limits } from "./limits.ts";
import type { Target } from "./warehouse.ts";

/** One connection that outlives its statements. Times in milliseconds since 1970. */
export interface Session {
  readonly id: string;
  readonly target: Target;
  readonly createdAt: number;
  updatedAt: number;
  keepAliveSeconds: number;
  status: "AVAILABLE" | "BUSY" | "CLOSED";
  statementId?: string;
  expiresAt: number;
  client?: Promise<pg.Client>;
  timer?: NodeJS.Timeout;
}

export interface SessionsOptions {
  readonly connections: Connections;
  readonly limits: Limits;
  readonly now: () => number;
}

/** Every session of this server, closed ones included. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  open(target: Target, keepAliveSeconds: number): Session {
    const { limits, now } = this.#options;
    const open = this.list().filter(({ status }) => status !== "CLOSED");
    if (open.length >= limits.activeSessions) {
      throw new DataApiError(
        "ActiveSessionsExceededException",
        "Active sessions exceeded the allowed quota.",
      );
    }
    const createdAt = now();
    const session: Session = {
      id: randomUUID(),
      target,
      createdAt,
      updatedAt: createdAt,
      keepAliveSeconds,
      status: "AVAILABLE",
      expiresAt: createdAt + limits.sessionLife,
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  /** The session that a request names, free for one statement. Throws ValidationException when it is not. */
  available(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw invalid(`Session with Id: ${id} is invalid.`);
    if (session.status !== "AVAILABLE") throw invalid("Session is not available.");
    return session;
  }

  get(id: string): Session {
    const session = this.#sessions.get(id);
    if (session !== undefined) return session;
    throw new DataApiError("ResourceNotFoundException", "Session does not exist.", {
      ResourceId: id,
    });
  }

  /** Newest first. */
  list(): Session[] {
    return [...this.#sessions.values()].reverse();
  }

  /** From now until `release` the session belongs to this statement. */
  occupy(session: Session, statementId: string): void {
    clearTimeout(session.timer);
    this.#become(session, "BUSY");
    session.statementId = statementId;
  }

  /** The session's connection, opened by its first statement. */
  client(session: Session): Promise<pg.Client> {
    session.client ??= this.#options.connections.open(session.target);
    return session.client;
  }

  /** The statement is over: the session waits for the next one, and ends when none comes in time. */
  async release(session: Session): Promise<void> {
    delete session.statementId;
    if (session.status === "CLOSED") return;
    const { now } = this.#options;
    const idle = Math.min(session.keepAliveSeconds * 1000, session.expiresAt - now());
    if (idle <= 0 || !(await isUsable(session))) return this.end(session);
    this.#become(session, "AVAILABLE");
    session.timer = setTimeout(() => void this.end(session), idle);
    session.timer.unref();
  }

  /** Closes the connection; Postgres rolls back what was not committed. */
  async end(session: Session): Promise<void> {
    clearTimeout(session.timer);
    this.#become(session, "CLOSED");
    const client = await session.client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  async endAll(): Promise<void> {
    await Promise.all(this.list().map((session) => this.end(session)));
  }

  #become(session: Session, status: Session["status"]): void {
    session.status = status;
    session.updatedAt = this.#options.now();
  }
}

async function isUsable(session: Session): Promise<boolean> {
  // Its first statement may have been cancelled before it had a connection.
  if (session.client === undefined) return true;
  try {
    const client = await session.client;
    // A comment is answered even inside a failed transaction.
    await client.query("--");
    return true;
  } catch {
    return false;
  }
}
