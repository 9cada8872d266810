import type { DescribeStatementResponse } from "@aws-sdk/client-redshift-data";
import { redshiftLiteral } from "../../core/redshift-text.ts";
import { errorTextOf, failureOf } from "./statement-error.ts";
import type { StatementRunner } from "./statement-runner.ts";

interface ActingParts {
  readonly runner: StatementRunner;
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
    const described = await this.#run(all);
    const failed = failedPart(described);
    if (failed === all.length - 1) return undefined;
    // Who may not act as others could prove nothing.
    if (failed < 1) throw failureOf(described, all, this.#parts);
    return errorTextOf(described);
  }

  /** A query that went well, as a description of it. */
  async query(user: string, query: string): Promise<DescribeStatementResponse> {
    const all = [actAs(user), query];
    const described = await this.#run(all);
    if (described.Status !== "FINISHED") throw failureOf(described, all, this.#parts);
    const { Id, HasResultSet } = described.SubStatements?.[1] ?? {};
    return { ...described, Id, HasResultSet };
  }

  #run(statements: readonly string[]): Promise<DescribeStatementResponse> {
    return this.#parts.runner.run({ statements, isBatch: true, tell: undefined });
  }
}

/** For the transaction that it begins. */
function actAs(user: string): string {
  return `set local session authorization ${redshiftLiteral(user)}`;
}

/** Fails, so that nothing stays of the statements before it. */
const undoAll = "select cast('nothing of this stays' as integer) as undone";

function failedPart({ SubStatements: parts = [] }: DescribeStatementResponse): number {
  return parts.findIndex(({ Status: status }) => status === "FAILED");
}
