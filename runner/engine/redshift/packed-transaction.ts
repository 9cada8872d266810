import { createHash } from "node:crypto";
import { Failure } from "../../core/diagnostic.ts";
import { ledgerSchema } from "../../core/sql-text.ts";
import { assertSendable, bytesOf, mostStatementBytes } from "./limits.ts";
import type { FindStatement } from "./statement-error.ts";

/** The beginning of the names of procedures that hold a transaction's statements. */
export const procedurePrefix = "publish_";

/** A transaction of more statements than a batch takes, as procedures. */
export interface PackedTransaction {
  /** Each is one statement by itself. They change nothing that anybody reads. */
  readonly creations: readonly string[];
  /** One batch: the transaction itself. A second one finds the procedure gone, and so can do nothing. */
  readonly batch: readonly string[];
  /** For what is left after the transaction, and besides if it was not committed. */
  readonly drops: { readonly always: readonly string[]; readonly afterFailure: string };
  readonly find: FindStatement;
}

interface Procedure {
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * Packs statements into stored procedures `_runner.publish_<token>_<n>`, which one procedure calls in their order. The
 * transaction is the batch that calls that one and drops it.
 *
 * Why not a session with BEGIN … COMMIT over several requests: AWS documents that a session keeps temporary tables and
 * settings, and says nothing of a transaction that stays open between its requests; and a runner that dies in the
 * middle would leave its locks on the ledger until the session's time is up. Of procedures it is documented (Developer
 * Guide, "Managing transactions") that all statements of a CALL inside a transaction belong to it, those of nested
 * calls too, and that any error undoes all of it. The transaction begins and ends inside Redshift, whoever dies.
 */
export function packTransaction(statements: readonly string[], token: string): PackedTransaction {
  const base = procedurePrefix + createHash("sha256").update(token).digest("hex").slice(0, 20);
  const procedures: Procedure[] = [];
  let waiting: string[] = [];
  const close = () => {
    if (waiting.length === 0) return;
    procedures.push({ name: `${base}_${procedures.length + 1}`, statements: waiting });
    waiting = [];
  };
  for (const statement of statements) {
    const together = creation({
      name: `${base}_${procedures.length + 1}`,
      statements: [...waiting, statement],
    });
    if (bytesOf(together) > mostStatementBytes) close();
    waiting.push(statement);
  }
  close();
  const calls = procedures.map(({ name }) => `call ${ledgerSchema}.${name}()`);
  const main: Procedure = { name: `${base}_0`, statements: calls };
  const creations = [...procedures, main].map(creation);
  for (const each of creations) assertSendable(each);
  return {
    creations,
    batch: [`call ${ledgerSchema}.${main.name}()`, dropProcedure(main.name)],
    drops: {
      always: procedures.map(({ name }) => dropProcedure(name)),
      afterFailure: dropProcedure(main.name),
    },
    find: ({ name, line }) => {
      const found = procedures.find((procedure) => procedure.name === name);
      return found && statementAt(found, line);
    },
  };
}

export function dropProcedure(name: string): string {
  return `drop procedure ${ledgerSchema}.${name}()`;
}

function creation({ name, statements }: Procedure): string {
  const body = ["begin", ...statements.map(bodyOf), "end;"].join("\n");
  const quote = quoteFor(body);
  return `create or replace procedure ${ledgerSchema}.${name}() as ${quote}\n${body}\n${quote} language plpgsql`;
}

/** A statement as PL/pgSQL runs it unchanged. */
function bodyOf(statement: string): string {
  if (!isRead.test(statement) && !mayMeanVariable.test(statement)) return `${statement}\n;`;
  const quote = quoteFor(statement);
  return `execute ${quote}${statement}\n${quote}\n;`;
}

/** PL/pgSQL takes a query by itself only where its rows go somewhere. */
const isRead = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:select|with|values|\()/i;

/** A column of this name would be taken for PL/pgSQL's own variable. */
const mayMeanVariable = /\bfound\b/i;

/** A dollar quote that a text does not contain. */
function quoteFor(text: string): string {
  let quote = "$s$";
  for (let number = 1; text.includes(quote); number += 1) quote = `$s${number}$`;
  return quote;
}

/** PL/pgSQL counts lines from the one with `begin`. */
function statementAt({ statements }: Procedure, line: number): string | undefined {
  let next = 2;
  return statements.find((statement) => {
    next += bodyOf(statement).split("\n").length;
    return line < next;
  });
}

const commits =
  /^\s*(?:truncate|vacuum|commit|end|rollback|abort|begin|start|alter\s+table\s+\S+\s+append)\b/i;

/** Throws for a statement that begins or ends a transaction; some do so besides what they say. */
export function assertTransactional(statements: readonly string[]): void {
  const offender = statements.find((statement) => commits.test(statement));
  if (offender === undefined) return;
  throw new Failure(
    [
      {
        code: "SQL_FAILED",
        message: `This statement begins or ends a transaction in Redshift, so that it cannot be part of one: ${offender.trim().slice(0, 80)}`,
        hint: "Write `delete from` instead of `truncate`, or let it run before or after the publication.",
      },
    ],
    1,
  );
}
