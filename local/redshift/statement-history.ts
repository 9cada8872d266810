import { createHash } from "node:crypto";
import { DataApiError, invalid } from "./data-api-error.ts";
import type { Limits } from "./limits.ts";
import type { Part, Statement } from "./statements.ts";

/** The statements of the last 24 hours, in memory, and the client tokens of the last 8. */
export class StatementHistory {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #statements = new Map<string, Statement>();
  readonly #tokens = new Map<string, { statement: Statement; fingerprint: string }>();

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** The statement that an equal request with this token started, if any. Throws when the token belongs to another request. */
  submittedBefore(
    operation: string,
    request: { ClientToken?: string | undefined },
  ): Statement | undefined {
    const { ClientToken: token } = request;
    if (token === undefined) return undefined;
    const known = this.#tokens.get(token);
    if (known === undefined) return undefined;
    if (this.#now() - known.statement.createdAt >= this.#limits.clientTokenKept) {
      this.#tokens.delete(token);
      return undefined;
    }
    if (known.fingerprint !== fingerprint(operation, request)) {
      throw invalid("ClientToken was already used by a request with other parameters.");
    }
    return known.statement;
  }

  /** Throws ActiveStatementsExceededException when no further statement may be submitted now. */
  checkRoom(): void {
    const active = this.#living().filter(({ hasEnded }) => !hasEnded);
    if (active.length < this.#limits.activeStatements) return;
    throw new DataApiError(
      "ActiveStatementsExceededException",
      "Active statements exceeded the allowed quota.",
    );
  }

  add(statement: Statement, operation: string): void {
    const { request } = statement.init;
    this.#statements.set(statement.id, statement);
    if (request.ClientToken === undefined) return;
    const token = { statement, fingerprint: fingerprint(operation, request) };
    this.#tokens.set(request.ClientToken, token);
  }

  /** Newest first. */
  list(): readonly Statement[] {
    return this.#living().reverse();
  }

  /** The statement of an id, which may point at a part by `:n`. Throws ResourceNotFoundException. */
  find(id: string): { statement: Statement; part: Part | undefined } {
    const [statementId = "", suffix] = id.split(":");
    this.#forgetOld();
    const statement = this.#statements.get(statementId);
    const part = statement?.parts.find((candidate) => candidate.id === id);
    if (statement === undefined || (suffix !== undefined && part === undefined)) {
      throw new DataApiError("ResourceNotFoundException", "Query does not exist.", {
        ResourceId: id,
      });
    }
    return { statement, part };
  }

  #living(): Statement[] {
    this.#forgetOld();
    return [...this.#statements.values()];
  }

  /** In the order of submission, so that the search ends at the first one that is young. */
  #forgetOld(): void {
    const { statementKept } = this.#limits;
    for (const [id, { createdAt, updatedAt, hasEnded }] of this.#statements) {
      if (this.#now() - createdAt < statementKept) return;
      if (hasEnded && this.#now() - updatedAt >= statementKept) this.#statements.delete(id);
    }
  }
}

/** How long the caller would wait is not part of what it asks for. */
function fingerprint(operation: string, request: object): string {
  const asked = Object.entries(request)
    .filter(([member, value]) => member !== "WaitTimeSeconds" && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([operation, asked]))
    .digest("hex");
}
