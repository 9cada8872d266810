import { setTimeout } from "node:timers/promises";
import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";
import { redshiftLiteral } from "../../core/redshift-text.ts";
import { isConflict } from "./error-text.ts";
import { errorTextOf, failureOf } from "./statement-error.ts";
import type { StatementRunner } from "./statement-runner.ts";
import type { Transactions } from "./transactions.ts";

interface ActingParts {
  readonly runner: StatementRunner;
  readonly transactions: Transactions;
  /** The warehouse in words, for messages. */
  readonly warehouse: string;
}

/** What only a superuser may: statements as another user of the database, each call in a transaction of its own. */
export class StatementsAs {
  readonly #parts: ActingParts;

  constructor(parts: ActingParts) {
    this.#parts = parts;
  }

  /** The transaction is never committed. Undefined when all statements went well; else what Redshift said of the first that did not. */
  async attempt(user: string, statements: readonly string[]): Promise<string | undefined> {
    const all = [actAs(user), ...statements, undoAll];
    const described = await this.#tried(all);
    const failed = failedPart(described);
    if (failed === all.length - 1) return undefined;
    // Who may not act as others could prove nothing.
    if (failed < 1) throw failureOf(described, all, this.#parts);
    return errorTextOf(described);
  }

  /** A query that went well, as a description of it. */
  async query(user: string, query: string): Promise<DescribeStatementResponse> {
    const described = await this.#parts.transactions.batch([actAs(user), query]);
    const { Id, HasResultSet } = described.SubStatements?.[1] ?? {};
    return { ...described, Id, HasResultSet };
  }

  /** It ends with a failure by itself, so that only another transaction's being in the way is a reason to try again. */
  async #tried(statements: readonly string[]): Promise<DescribeStatementResponse> {
    for (let left = mostTries; ; left -= 1) {
      const described = await this.#parts.runner.run({
        statements,
        isBatch: true,
        tell: undefined,
      });
      if (left === 0 || !isConflict(errorTextOf(described))) return described;
      await setTimeout(pauseMilliseconds);
    }
  }
}

const mostTries = 20;
const pauseMilliseconds = 200;

/** For the transaction that it begins. */
function actAs(user: string): string {
  return `set local session authorization ${redshiftLiteral(user)}`;
}

/** Fails, so that nothing stays of the statements before it. */
const undoAll = "select cast('nothing of this stays' as integer) as undone";

function failedPart({ SubStatements: parts = [] }: DescribeStatementResponse): number {
  return parts.findIndex(({ Status: status }) => status === "FAILED");
}
