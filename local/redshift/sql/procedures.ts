import type { Client } from "pg";
import { RedshiftError } from "./redshift-error.ts";
import { withoutRows, type StatementResult } from "./statement-result.ts";

/** Runs one Redshift statement on the connection. */
type Run = (sql: string) => Promise<StatementResult>;

const creation =
  /^\s*create\s+(?:or\s+replace\s+)?procedure\s+\S+\s*\(\s*\)\s*(?:security\s+invoker\s*)?as\s+(\$\w*\$)([^]*)\1\s*language\s+plpgsql\s*;?\s*$/i;
const call = /^\s*call\s+(?:(\w+)\.)?(\w+)\s*\(\s*\)\s*;?\s*$/i;

/**
 * Stored procedures without arguments, whose body is a list of statements between `begin` and `end`. Postgres keeps
 * them, so that they come and go with transactions; a CALL runs each statement as one of Redshift's. Undefined for
 * other statements.
 */
export function procedureStatement(
  client: Client,
  sql: string,
  run: Run,
): Promise<StatementResult> | undefined {
  const created = creation.exec(sql);
  if (created !== null) return createProcedure(client, sql, created[2] ?? "");
  const called = call.exec(sql);
  if (called !== null)
    return callProcedure(client, { schema: called[1], name: called[2] ?? "" }, run);
  return /^\s*drop\s+procedure\s+if\s+exists\b/i.test(sql)
    ? Promise.reject(new RedshiftError('syntax error at or near "exists"', "42601"))
    : undefined;
}

async function createProcedure(
  client: Client,
  sql: string,
  body: string,
): Promise<StatementResult> {
  statementsOf(body);
  // Postgres would look for its own syntax in the body.
  await client.query("set check_function_bodies = off");
  try {
    await client.query(sql);
  } finally {
    await client.query("set check_function_bodies = on").catch(() => undefined);
  }
  return withoutRows;
}

interface ProcedureName {
  readonly schema: string | undefined;
  readonly name: string;
}

async function callProcedure(
  client: Client,
  { schema, name }: ProcedureName,
  run: Run,
): Promise<StatementResult> {
  const { rows } = await client.query<{ source: string }>(
    `select p.prosrc as source from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
where p.proname = $1 and n.nspname = coalesce($2, current_schema()) and p.prokind = 'p'`,
    [name, schema],
  );
  const [found] = rows;
  if (found === undefined) {
    const shown = schema === undefined ? name : `${schema}.${name}`;
    throw new RedshiftError(`procedure ${shown}() does not exist`, "42883");
  }
  const isOwn = await beginUnlessInTransaction(client);
  try {
    for (const statement of statementsOf(found.source)) await runInside(statement, name, run);
    if (isOwn) await client.query("commit");
  } catch (error) {
    if (isOwn) await client.query("rollback");
    throw error;
  }
  return withoutRows;
}

/** A CALL by itself is a transaction; one inside a transaction belongs to that. */
async function beginUnlessInTransaction(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ is_alone: boolean }>(
    // In a transaction, now() stands still while statements follow one another.
    "select statement_timestamp() = transaction_timestamp() as is_alone",
  );
  if (rows[0]?.is_alone !== true) return false;
  await client.query("begin");
  return true;
}

interface BodyStatement {
  readonly text: string;
  /** Counted from 1, which has `begin`. */
  readonly line: number;
  readonly isDynamic: boolean;
}

async function runInside(
  { text, line, isDynamic }: BodyStatement,
  name: string,
  run: Run,
): Promise<void> {
  try {
    if (!isDynamic && /^(?:select|with|values)\b/i.test(text)) {
      throw new RedshiftError("query has no destination for result data", "42601");
    }
    await run(text);
  } catch (error) {
    if (!(error instanceof RedshiftError)) throw error;
    const what = isDynamic ? "execute statement" : "SQL statement";
    const context = `SQL statement "${text}"\nPL/pgSQL function "${name}" line ${line} at ${what}`;
    const message = error.message.replace(/^ERROR: /, "").replace(/\n\s*Position: \d+/, "");
    const isNested = /^ {2}Where: /m.test(message);
    throw new RedshiftError(`${message}\n${isNested ? "" : "  Where: "}${context}`, error.code, {
      cause: error,
    });
  }
}

const piece =
  /--[^\n]*|\/\*[^]*?\*\/|'(?:[^'\\]|''|\\[^])*'|"(?:[^"]|"")*"|(\$\w*\$)[^]*?\1|;|[^]/g;

function statementsOf(body: string): readonly BodyStatement[] {
  const source = body.replace(/^\r?\n/, "");
  const block = /^\s*begin\b([^]*)\bend\s*;?\s*$/i.exec(source);
  if (block === null) throw new RedshiftError("syntax error at end of input", "42601");
  const inner = block[1] ?? "";
  const start = source.toLowerCase().indexOf("begin") + "begin".length;
  const statements: BodyStatement[] = [];
  let from = 0;
  for (const match of inner.matchAll(piece)) {
    if (match[0] !== ";") continue;
    const text = inner.slice(from, match.index);
    const before = source.slice(0, start + from) + (/^\s*/.exec(text)?.[0] ?? "");
    statements.push({ ...dynamic(text.trim()), line: before.split("\n").length });
    from = match.index + 1;
  }
  if (inner.slice(from).trim() !== "")
    throw new RedshiftError("syntax error at end of input", "42601");
  return statements;
}

/** `execute $q$…$q$` runs the text as it is. */
function dynamic(text: string): { readonly text: string; readonly isDynamic: boolean } {
  const found = /^execute\s+(\$\w*\$)([^]*)\1$/i.exec(text);
  return found === null
    ? { text, isDynamic: false }
    : { text: (found[2] ?? "").trim(), isDynamic: true };
}
