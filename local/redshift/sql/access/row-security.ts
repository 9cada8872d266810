import type { Client } from "pg";
import { qualifiedName } from "../named-relations.ts";
import type { StatementResult } from "../statement-result.ts";
import { relationLiteral } from "./policy-literals.ts";
import { runStatements } from "./run-statements.ts";
import { Words } from "./words.ts";

/**
 * ALTER TABLE r ROW LEVEL SECURITY { ON | OFF } [CONJUNCTION TYPE { AND | OR }] [FOR DATASHARES]; undefined for another
 * statement.
 */
export function rowSecurityStatement(
  client: Client,
  { sql }: Words,
): Promise<StatementResult> | undefined {
  const words = new Words(sql);
  if (!words.take("alter", "table") || words.isAtEnd) return undefined;
  const start = words.reads("if") ? undefined : words.relation();
  if (start === undefined || !words.take("row", "level", "security")) return undefined;
  const isOn = words.take("on");
  if (!isOn) words.expect("off");
  let conjunction = "null";
  if (words.take("conjunction", "type")) {
    conjunction = words.take("and") ? "'and'" : "'or'";
    if (conjunction === "'or'") words.expect("or");
  }
  const isForDatashares = words.take("for", "datashares");
  words.end();
  return runStatements(client, [
    `select pg_internal.set_row_security(${relationLiteral(qualifiedName(start))}, ${isOn}, ${conjunction}, ${isForDatashares})`,
  ]);
}
