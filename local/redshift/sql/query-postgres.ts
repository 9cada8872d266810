import type { Client } from "pg";
import { asRedshiftError } from "./redshift-error.ts";
import { resultColumn } from "./result-column.ts";
import { withoutRows, type StatementResult } from "./statement-result.ts";

const asText = { getTypeParser: () => (value: string | Buffer) => value };

/** Runs a statement of Postgres's dialect and tells its outcome as Redshift would. Throws RedshiftError. */
export async function queryPostgres(client: Client, statement: string): Promise<StatementResult> {
  try {
    const { fields, rows, rowCount, command } = await client.query<(string | null)[]>({
      text: statement,
      rowMode: "array",
      types: asText,
    });
    if (fields.length > 0) {
      const columns = fields.map(resultColumn);
      return { columns, rows, rowCount: rows.length, hasResultSet: true };
    }
    return countedCommands.has(command)
      ? { ...withoutRows, rowCount: rowCount ?? -1 }
      : withoutRows;
  } catch (error) {
    throw asRedshiftError(error);
  }
}

const countedCommands = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);
