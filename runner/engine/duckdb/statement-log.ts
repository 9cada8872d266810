import { appendFileSync } from "node:fs";

/**
 * Where `MERCADO_STATEMENT_LOG` names a file, every statement is appended to it before it is sent: a line of JSON with
 * the connection, counted from 0, and the text. The benchmark replays it; it also tells what a run does to a warehouse.
 */
export function statementLogger(): ((connection: number, statement: string) => void) | undefined {
  const file = process.env.MERCADO_STATEMENT_LOG;
  if (file === undefined || file === "") return undefined;
  return (connection, statement) => {
    appendFileSync(file, `${JSON.stringify({ connection, statement })}\n`);
  };
}
