import type pg from "pg";
import { cancelInPostgres } from "./cancel-in-postgres.ts";
import { engineMessage } from "./engine-errors.ts";
import { delay } from "./execution-faults.ts";
import { processIdOf } from "./process-id.ts";
import type { RunContext } from "./run-context.ts";
import { runEach, runTransaction } from "./run-parts.ts";
import type { Session } from "./sessions.ts";
import type { Statement } from "./statements.ts";

interface Outcome {
  readonly status: "FINISHED" | "FAILED" | "ABORTED";
  readonly error?: string;
}

/** What follows a failed part of a transaction is told so. */
const AFTER_FAILURE = "Connection or an prior query failed.";

/** Takes a submitted statement to its end. Never throws: what goes wrong is told by the statement. */
export async function runStatement(
  statement: Statement,
  session: Session | undefined,
  context: RunContext,
): Promise<void> {
  const outcome = await outcomeOf(statement, session, context);
  for (const part of statement.parts) {
    if (part.status === "FINISHED" || part.status === "FAILED") continue;
    statement.partBecomes(
      part,
      "ABORTED",
      outcome.status === "ABORTED" ? undefined : AFTER_FAILURE,
    );
  }
  // First the session is free, then the statement is told to be over: who sees its end may go on at once.
  if (session !== undefined) await context.sessions.release(session);
  statement.become(outcome.status, outcome.error);
}

async function outcomeOf(
  statement: Statement,
  session: Session | undefined,
  context: RunContext,
): Promise<Outcome> {
  const { signal } = statement.cancelling;
  try {
    await delay("queue", statement.init.sqls, { faults: context.faults, signal });
    if (session !== undefined) {
      // It holds its connection already: waiting for a place, it might wait for those that wait for its locks.
      return await runOn(
        await connected(statement, () => context.sessions.client(session)),
        statement,
        context,
      );
    }
    return await runInSlot(statement, context);
  } catch (error) {
    if (signal.aborted) return { status: "ABORTED" };
    return { status: "FAILED", error: engineMessage(error, statement.processId) };
  }
}

async function runInSlot(statement: Statement, context: RunContext): Promise<Outcome> {
  const { connections, slots } = context;
  const giveBack = await slots.take(statement.cancelling.signal);
  try {
    const client = await connected(statement, () => connections.open(statement.init.target));
    try {
      return await runOn(client, statement, context);
    } finally {
      await connections.release(client);
    }
  } finally {
    giveBack();
  }
}

async function connected(statement: Statement, open: () => Promise<pg.Client>): Promise<pg.Client> {
  statement.become("PICKED");
  const client = await open();
  statement.processId = processIdOf(client);
  statement.become("STARTED");
  return client;
}

async function runOn(
  client: pg.Client,
  statement: Statement,
  context: RunContext,
): Promise<Outcome> {
  const { signal } = statement.cancelling;
  const stopCancelling = cancelInPostgres(signal, client, context.connections);
  try {
    if (statement.init.executionMode === "TRANSACTION") {
      await runTransaction(statement, client, context);
      return { status: "FINISHED" };
    }
    const error = await runEach(statement, client, context);
    return error === undefined ? { status: "FINISHED" } : { status: "FAILED", error };
  } finally {
    await stopCancelling();
  }
}
