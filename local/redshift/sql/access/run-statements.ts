import type { Client } from "pg";
import { asRedshiftError } from "../redshift-error.ts";
import { withoutRows, type StatementResult } from "../statement-result.ts";

/** Runs statements of Postgres's, all of them or none. Throws RedshiftError. */
export async function runStatements(
  client: Client,
  statements: readonly string[],
): Promise<StatementResult> {
  try {
    await client.query(statements.join(";\n"));
  } catch (error) {
    throw asRedshiftError(error);
  }
  return withoutRows;
}
