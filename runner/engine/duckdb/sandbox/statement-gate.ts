import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { StatementType } from "@duckdb/node-api";
import { messageOf } from "../../../core/caught.ts";

/** DESCRIBE, SHOW, SUMMARIZE, VALUES and FROM are SELECT for the engine. */
const reading: number = StatementType.SELECT;

const explaining: number = StatementType.EXPLAIN;

const making: number = StatementType.CREATE;

const writing: readonly number[] = [
  making,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.DROP,
  // The client has no name for MERGE INTO.
  30,
];

export interface Refusal {
  readonly reason: string;
  readonly hint: string;
}

export interface Admitted {
  readonly prepared: DuckDBPreparedStatement;
  readonly kind: "reading" | "making" | "changing";
}

/** Lets one statement pass whose kind, as the engine's own parser has it, the asker may use. */
export async function admit(
  connection: DuckDBConnection,
  statement: string,
  mayWrite: boolean,
): Promise<Admitted | Refusal> {
  // A text of comments alone makes the client fail without a word.
  const extracted = await connection.extractStatements(statement).catch((error: unknown) => {
    if (messageOf(error) === "Error in native callback") return undefined;
    throw error;
  });
  if (extracted === undefined) {
    return {
      reason: "There is no statement.",
      hint: "Write one, such as select * from gold.sales.",
    };
  }
  if (extracted.count !== 1) {
    return {
      reason: `One statement at a time is answered, and these are ${extracted.count}.`,
      hint: "Ask them one after the other. A PIVOT that finds its columns by itself is two: name them, on x in ('a', 'b').",
    };
  }
  const prepared = await extracted.prepare(0);
  const kind: number = prepared.statementType;
  if (kind === reading) return { prepared, kind: "reading" };
  if (kind === explaining) {
    if (await explainsQuery(connection, statement)) return { prepared, kind: "reading" };
    return {
      reason: "EXPLAIN is for queries, and this is another statement, or cannot be told from one.",
      hint: "Write it at the very beginning, without comments: explain analyze select …",
    };
  }
  if (mayWrite && writing.includes(kind)) {
    return { prepared, kind: kind === making ? "making" : "changing" };
  }
  const name = StatementType[kind]?.replaceAll("_", " ") ?? "such a";
  const others = mayWrite
    ? ", CREATE TABLE … AS, INSERT, UPDATE, DELETE and DROP TABLE"
    : " and EXPLAIN";
  return {
    reason: `A role asks with ${mayWrite ? "SELECT" : "SELECT, DESCRIBE, SHOW"}${others}; this is ${/^[AEIOU]/.test(name) ? "an" : "a"} ${name} statement.`,
    hint: "runner shell --role … has commands of its own for what there is: \\d.",
  };
}

/** Comments may be nested, so that no comment stands here: what is left is what the engine explains. */
const explainPrefix =
  /^[ \t\r\n]*explain\b(?:[ \t\r\n]+analyze\b)?(?:[ \t\r\n]*\([\w, \t\r\n]+\))?/i;

/**
 * Whether what an EXPLAIN explains is a query: EXPLAIN ANALYZE does what it explains, and the files that a role may read
 * could be written by a COPY.
 */
async function explainsQuery(connection: DuckDBConnection, statement: string): Promise<boolean> {
  const [prefix = ""] = explainPrefix.exec(statement) ?? [];
  if (prefix === "") return false;
  // In `explain (select 1)` the parenthesis is the query's.
  for (const length of new Set([prefix.length, prefix.indexOf("(")])) {
    if (length < 0) continue;
    const kind = await kindOf(connection, statement.slice(length));
    if (kind === reading) return true;
  }
  return false;
}

/** Undefined where it is not one statement that the engine could run. */
async function kindOf(
  connection: DuckDBConnection,
  statement: string,
): Promise<number | undefined> {
  try {
    const extracted = await connection.extractStatements(statement);
    return extracted.count === 1 ? (await extracted.prepare(0)).statementType : undefined;
  } catch {
    return undefined;
  }
}
