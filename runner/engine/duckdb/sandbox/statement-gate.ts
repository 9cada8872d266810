import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { StatementType } from "@duckdb/node-api";
import { messageOf } from "../../../core/caught.ts";

/** DESCRIBE, SHOW, SUMMARIZE, VALUES and FROM are SELECT for the engine. */
const reading: readonly number[] = [StatementType.SELECT, StatementType.EXPLAIN];

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
  if (reading.includes(kind)) return { prepared, kind: "reading" };
  if (mayWrite && writing.includes(kind)) {
    return { prepared, kind: kind === making ? "making" : "changing" };
  }
  const name = StatementType[kind]?.replaceAll("_", " ") ?? "such a";
  const others = mayWrite
    ? ", CREATE TABLE … AS, INSERT, UPDATE, DELETE and DROP TABLE"
    : " and EXPLAIN";
  return {
    reason: `A role asks with ${mayWrite ? "SELECT" : "SELECT, DESCRIBE, SHOW"}${others}; this is a ${name} statement.`,
    hint: "runner shell --role … has commands of its own for what there is: \\d.",
  };
}
