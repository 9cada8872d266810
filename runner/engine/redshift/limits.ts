import { printBytes } from "../../core/byte-size.ts";
import { Failure } from "../../core/diagnostic.ts";

/** The Data API's limit is 100 KB a statement; which kilobyte it means is not documented, so the smaller one is kept. */
export const mostStatementBytes = 100_000;

/** The Data API's limit of statements in a batch. */
const mostStatementsInBatch = 40;

/** The size of a text as it is sent. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** Throws STATEMENT_TOO_LARGE before anything is sent. */
export function assertSendable(statement: string): void {
  const bytes = bytesOf(statement);
  if (bytes <= mostStatementBytes) return;
  const beginning = statement.slice(0, 60).replaceAll(/\s+/g, " ").trim();
  throw new Failure(
    [
      {
        code: "STATEMENT_TOO_LARGE",
        message: `A statement has ${printBytes(bytes)}; Redshift's Data API takes 100 kB: ${beginning}…`,
        hint: "Split the model that it is of, or read the rows of a large seed from a file of a source.",
      },
    ],
    1,
  );
}

/** Whether statements can go as one batch, by the strictest reading of the limits: 100 KB for all of them. */
export function fitsBatch(statements: readonly string[]): boolean {
  const bytes = statements.reduce((sum, statement) => sum + bytesOf(statement), 0);
  return statements.length <= mostStatementsInBatch && bytes <= mostStatementBytes;
}
