import type { PostgresSourceTable } from "../../core/source-table.ts";
import type { EarlierRows } from "../../core/ports.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import {
  clockStatement,
  highestKeyStatement,
  laterRowStatement,
  sequenceStatement,
} from "./postgres-statements.ts";

/**
 * Why a table cannot be the one that earlier rows were read from: it was restored from a backup, or emptied and begun
 * anew, in a database that is otherwise the same. Undefined where nothing says so. That its newest rows are gone says
 * nothing, since they may have been deleted; so does a key that was assigned by hand, as long as its row is there.
 */
export async function whyReset(
  connection: PostgresConnection,
  table: PostgresSourceTable,
  earlier: EarlierRows,
): Promise<string | undefined> {
  return (
    (await aheadOfClock(connection, table, earlier)) ??
    (await aheadOfSequence(connection, table, earlier))
  );
}

/** An increment that begins in the source's future would miss whatever is written until then. */
async function aheadOfClock(
  connection: PostgresConnection,
  table: PostgresSourceTable,
  { since }: EarlierRows,
): Promise<string | undefined> {
  const [clock] = await connection.query(clockStatement(since));
  if (clock?.["is_behind"] !== "t") return undefined;
  const [later] = await connection.query(laterRowStatement(table, since));
  if (later?.["exists"] === "t") return undefined;
  return `The next rows would be read from ${since} on, but the source's clock says ${clock["now"] ?? ""}, and no row is as new.`;
}

/** A sequence gives no key twice: one behind the keys that were read has been set back. */
async function aheadOfSequence(
  connection: PostgresConnection,
  table: PostgresSourceTable,
  earlier: EarlierRows,
): Promise<string | undefined> {
  const key = integerKey(table);
  if (key === undefined) return undefined;
  const [sequence] = await connection.query(sequenceStatement(table, key));
  const last = sequence?.["last"];
  if (typeof last !== "string") return undefined;
  const read = await earlier.highestKey(key);
  if (read === undefined || read <= BigInt(last)) return undefined;
  const [found] = await connection.query(highestKeyStatement(table, key));
  const highest = found?.["highest"];
  if (typeof highest === "string" && read <= BigInt(highest)) return undefined;
  return `Rows up to ${key} ${read} were read before, but the source's sequence is at ${last} and its highest ${key} is ${highest ?? "none"}: the next rows will have ids that meant others.`;
}

function integerKey({ key, columns }: PostgresSourceTable): string | undefined {
  const [only, ...others] = key;
  const kind = columns.find(({ name }) => name === only)?.type.kind;
  const isInteger = kind === "smallint" || kind === "integer" || kind === "bigint";
  return isInteger && others.length === 0 ? only : undefined;
}
